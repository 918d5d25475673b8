package io.wharf.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.wharf.base.ErrorKind;
import io.wharf.base.Event;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.AccessService;
import io.wharf.contracts.AccessService.Answer;
import io.wharf.contracts.AccessService.Question;
import io.wharf.contracts.AccessService.Trail;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.Services;
import io.wharf.linux.Pools;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class AccessVerticleTest {
    private static final Question QUESTION = new Question(
            "alice",
            "POST",
            "/v1.50/containers/create",
            Map.of("Host", "d"),
            "{}".getBytes(StandardCharsets.UTF_8),
            List.of(new byte[] {1, 2}));

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.builder()
            .with(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1))
            .build();
    private final Pools pools = Pools.standard();
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<HttpServer> plugins = new ArrayList<>();
    private @Nullable Store opened;
    private AccessService access = Services.client(vertx, AccessService.class);

    @BeforeEach
    void deploy() {
        Store store = Store.open(folder.resolve("db"), Store.Durability.PROCESS, List.of());
        opened = store;
        store.onCommit(events::addAll);
        Services.prepare(vertx);
        EngineOptions usual = new EngineOptions(
                List.of(),
                new Layout(folder, folder),
                "none",
                null,
                false,
                null,
                List.of(),
                List.of(),
                Map.of(),
                null,
                Map.of(),
                false,
                "boot",
                "0");
        access = Services.client(vertx, AccessService.class);
        await(vertx.deployVerticle(new AccessVerticle(usual, List.of(folder.toString()), store, pools)));
    }

    @AfterEach
    void close() {
        await(vertx.close());
        store().close();
        pools.close();
    }

    private Store store() {
        return Objects.requireNonNull(opened);
    }

    private void plugin(String name, JsonObject answer) {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    String call = request.path().substring(1);
                    if (!call.equals("Plugin.Activate")) {
                        asked.add(name + " " + call + " " + body);
                    }
                    request.response()
                            .end((call.equals("Plugin.Activate")
                                            ? new JsonObject().put("Implements", List.of("authz"))
                                            : answer)
                                    .toBuffer());
                }));
        await(server.listen(
                SocketAddress.domainSocketAddress(folder.resolve(name + ".sock").toString())));
        plugins.add(server);
    }

    @Test
    void record_isKeptWithoutAnotherWrite() {
        await(access.record(new Trail("ContainerStart", "web", Map.of("uid", "0"))));

        Awaitility.await()
                .untilAsserted(() -> assertThat(events).singleElement().satisfies(event -> {
                    assertThat(event.type()).isEqualTo("audit");
                    assertThat(event.action()).isEqualTo("ContainerStart");
                    assertThat(event.actorId()).isEqualTo("web");
                    assertThat(event.attributes()).containsEntry("uid", "0");
                }));
    }

    @Test
    void record_ridesOnTheNextCommit() {
        await(access.record(new Trail("ContainerStart", "web", Map.of())));
        await(store().write(tx -> tx.announce("container", "start", "id", Map.of())));

        assertThat(events).extracting(Event::type).containsExactly("container", "audit");
    }

    @Test
    void plugins_areAskedInOrder_untilOneDenies() {
        plugin("first", new JsonObject().put("Allow", true));
        plugin("second", new JsonObject().put("Allow", false).put("Msg", "not you"));
        plugin("third", new JsonObject().put("Allow", true));
        await(access.authorizers(List.of("first", "second", "third")));

        assertThatThrownBy(() -> await(access.authorize(QUESTION)))
                .hasMessage("authorization denied by plugin second: not you")
                .extracting(failure -> ((WharfException) failure).kind())
                .isEqualTo(ErrorKind.FORBIDDEN);
        assertThat(asked).hasSize(2);
        assertThat(asked.getFirst())
                .startsWith("first AuthZPlugin.AuthZReq ")
                .contains("\"User\":\"alice\"", "\"UserAuthNMethod\":\"TLS\"", "\"RequestMethod\":\"POST\"")
                .contains("\"RequestBody\":\"e30=\"", "\"RequestPeerCertificates\":[\"LS0tLS1CRUdJTi");
    }

    @Test
    void reply_isShownToPlugins() {
        plugin("only", new JsonObject().put("Allow", true));
        await(access.authorizers(List.of("only")));

        await(access.authorizeReply(
                QUESTION,
                new Answer(201, Map.of("Content-Type", "application/json"), "{}".getBytes(StandardCharsets.UTF_8))));

        assertThat(asked)
                .singleElement()
                .satisfies(call -> assertThat(call)
                        .startsWith("only AuthZPlugin.AuthZRes ")
                        .contains(
                                "\"ResponseStatusCode\":201",
                                "\"ResponseBody\":\"e30=\"",
                                "\"RequestMethod\":\"POST\""));
    }

    @Test
    void plugin_thatFailsOrIsGone_allowsNothing() {
        plugin("weak", new JsonObject().put("Err", "no mind"));
        await(access.authorizers(List.of("weak")));
        assertThatThrownBy(() -> await(access.authorize(QUESTION)))
                .hasMessage("plugin weak failed with error: no mind");

        await(plugins.getFirst().close());
        assertThatThrownBy(() -> await(access.authorize(QUESTION))).hasMessageContaining("plugin weak failed");
    }

    @Test
    void refusal_isLoggedWithoutTheQuery() {
        Logger logger = (Logger) LoggerFactory.getLogger(Authorizers.class);
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        logger.addAppender(told);
        logger.setLevel(Level.INFO);
        plugin("only", new JsonObject().put("Allow", false).put("Msg", "no"));
        await(access.authorizers(List.of("only")));

        Question build = new Question(
                null, "POST", "/v1.50/build?buildargs=%7B%22TOKEN%22:%22word%22%7D", Map.of(), new byte[0], List.of());
        assertThatThrownBy(() -> await(access.authorize(build))).hasMessageContaining("denied");
        logger.detachAppender(told);
        logger.setLevel(null);

        assertThat(told.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEqualTo("AuthZPlugin.AuthZReq for POST /v1.50/build: authorization denied by plugin only: no");
    }

    @Test
    void plugin_thatIsNotThere_changesNothing() {
        plugin("good", new JsonObject().put("Allow", false).put("Msg", "still here"));
        await(access.authorizers(List.of("good")));

        assertThatThrownBy(() -> await(access.authorizers(List.of("absent"))))
                .hasMessage("Error validating authorization plugin: plugin \"absent\" not found");
        assertThatThrownBy(() -> await(access.authorize(QUESTION))).hasMessageContaining("still here");
        await(access.authorizers(List.of()));
        await(access.authorize(QUESTION));
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException told ? told : e;
        }
    }
}
