package io.wharf.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SelfSignedCertificate;
import io.vertx.core.net.SocketAddress;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginsTest {
    private static final String KIND = "VolumeDriver";
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.builder()
            .with(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1))
            .build();
    private final Context context = vertx.getOrCreateContext();
    private final Pools pools = new Pools(2, 1);
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private Plugins plugins;

    @BeforeEach
    void open() {
        plugins = new Plugins(vertx, pools, List.of(folder.toString(), "/nonexistent"));
    }

    @AfterEach
    void close() {
        await(vertx::close);
        pools.close();
    }

    @Test
    void get_findsActivatesOnceAndAsks() throws IOException {
        Files.createDirectory(folder.resolve("two"));
        serve(folder.resolve("one.sock"));
        serve(folder.resolve("two/two.sock"));
        Plugin one = await(() -> plugins.get("one", KIND));
        assertThat(await(() -> one.call("Echo.It", Map.of("Name", "x"), SECOND))
                        .path("Body")
                        .asText())
                .isEqualTo("{\"Name\":\"x\"}");
        await(() -> plugins.get("one", KIND));
        assertThat(await(() -> plugins.all(KIND)).stream().map(Plugin::name)).containsExactly("one", "two");
        assertThat(asked)
                .containsExactly(
                        "/Plugin.Activate application/vnd.docker.plugins.v1.2+json",
                        "/Echo.It application/vnd.docker.plugins.v1.2+json",
                        "/Plugin.Activate application/vnd.docker.plugins.v1.2+json");
    }

    @Test
    void get_refusesWhatIsNotThereOrOfAnotherKind() throws IOException {
        serve(folder.resolve("one.sock"));
        assertThatThrownBy(() -> await(() -> plugins.get("none", KIND))).hasMessage("plugin \"none\" not found");
        assertThatThrownBy(() -> await(() -> plugins.get("../one", KIND))).hasMessageContaining("not found");
        assertThatThrownBy(() -> await(() -> plugins.get("one", "LogDriver")))
                .hasMessage("Plugin does not implement the requested driver");
        Files.writeString(folder.resolve("odd.spec"), "gopher://x");
        assertThatThrownBy(() -> await(() -> plugins.get("odd", KIND)))
                .hasMessageContaining("odd.spec: \"gopher://x\" is no address");
    }

    @Test
    void call_givesThePluginsWords() throws IOException {
        serve(folder.resolve("one.sock"));
        Plugin one = await(() -> plugins.get("one", KIND));
        assertThatThrownBy(() -> await(() -> one.call("Fail.It", Map.of(), SECOND)))
                .hasMessage("Fail.It: no way");
        assertThatThrownBy(() -> await(() -> one.call("No.Such", Map.of(), SECOND)))
                .isInstanceOfSatisfying(
                        WharfException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND))
                .hasMessage("No.Such: 404 page not found");
        assertThatThrownBy(() -> await(() -> one.call("Much.Too", Map.of(), Duration.ofSeconds(10))))
                .hasMessage("Much.Too: the answer is longer than 4 MiB");
        assertThatThrownBy(() -> await(() -> one.call("Wait.It", Map.of(), Duration.ofMillis(100))))
                .hasMessageContaining("no answer after");
    }

    @Test
    void all_passesOverTheDeadQuicklyAndAsksThemNotTwice() throws IOException {
        serve(folder.resolve("one.sock"));
        // Takes connections, and says nothing.
        HttpServer silent = vertx.createHttpServer().requestHandler(request -> asked.add("silent"));
        await(() -> silent.listen(
                SocketAddress.domainSocketAddress(folder.resolve("silent.sock").toString())));
        Files.writeString(folder.resolve("stale.spec"), "tcp://127.0.0.1:1\n");
        Files.writeString(folder.resolve("gone.spec"), "unix:///nonexistent/gone.sock");
        long begun = System.nanoTime();
        assertThat(await(() -> plugins.all(KIND)).stream().map(Plugin::name)).containsExactly("one");
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)).isLessThan(4_000);
        begun = System.nanoTime();
        assertThat(await(() -> plugins.all(KIND))).hasSize(1);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)).isLessThan(500);
        assertThat(asked.stream().filter("silent"::equals)).hasSize(1);
        assertThatThrownBy(() -> await(() -> plugins.get("stale", KIND)))
                .hasMessageContaining("dial tcp 127.0.0.1:1: connect: connection refused")
                .isInstanceOfSatisfying(
                        WharfException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
        assertThatThrownBy(() -> await(() -> plugins.get("gone", KIND))).hasMessageContaining("no such file");
    }

    @Test
    void all_noticesOneThatComesBack() throws IOException {
        Path socket = folder.resolve("one.sock");
        HttpServer first = serve(socket);
        Plugin one = await(() -> plugins.get("one", KIND));
        await(first::close);
        Files.deleteIfExists(socket);
        assertThatThrownBy(() -> await(() -> one.call("Echo.It", Map.of(), SECOND)))
                .hasMessageContaining("dial unix");
        assertThat(await(() -> plugins.all(KIND))).isEmpty();
        serve(socket);
        assertThat(await(() -> plugins.all(KIND))).hasSize(1);
        assertThat(asked.stream().filter(line -> line.startsWith("/Plugin.Activate")))
                .hasSize(2);
    }

    @Test
    void get_speaksTlsAsTheJsonFileSays() throws IOException {
        SelfSignedCertificate own = SelfSignedCertificate.create("localhost");
        HttpServer server = await(() -> vertx.createHttpServer(
                        new HttpServerOptions().setSsl(true).setKeyCertOptions(own.keyCertOptions()))
                .requestHandler(this::answer)
                .listen(0, "localhost"));
        String address = "\"Addr\": \"https://localhost:" + server.actualPort() + "\"";
        Files.writeString(
                folder.resolve("known.json"),
                "{" + address + ", \"TLSConfig\": {\"CAFile\": \"" + own.certificatePath() + "\"}}");
        Files.writeString(folder.resolve("any.json"), "{" + address + ", \"TLSConfig\": {}}");
        Files.writeString(folder.resolve("unknown.json"), "{" + address + "}");
        assertThat(await(() -> plugins.get("known", KIND)).name()).isEqualTo("known");
        assertThat(await(() -> plugins.get("any", KIND)).name()).isEqualTo("any");
        assertThatThrownBy(() -> await(() -> plugins.get("unknown", KIND))).hasMessageContaining("dial tcp localhost");
        own.delete();
    }

    private HttpServer serve(Path socket) {
        return await(() -> vertx.createHttpServer()
                .requestHandler(this::answer)
                .listen(SocketAddress.domainSocketAddress(socket.toString())));
    }

    private void answer(HttpServerRequest request) {
        asked.add(request.path() + " " + request.getHeader("Accept"));
        switch (request.path()) {
            case "/Plugin.Activate" -> request.response().end("{\"Implements\": [\"VolumeDriver\"]}");
            case "/Echo.It" ->
                request.body()
                        .onSuccess(body -> request.response()
                                .end("{\"Body\":\"" + body.toString().replace("\"", "\\\"") + "\"}"));
            case "/Fail.It" -> request.response().setStatusCode(500).end("{\"Err\":\"no way\"}\n");
            case "/Much.Too" -> request.response().end(Buffer.buffer(new byte[5 << 20]));
            case "/Wait.It" -> {}
            default -> request.response().setStatusCode(404).end("404 page not found\n");
        }
    }

    /** Asks on the context that the plugins belong to. */
    private <T> T await(Supplier<Future<T>> work) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(turn -> work.get().onComplete(promise));
        try {
            return promise.future()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }
}
