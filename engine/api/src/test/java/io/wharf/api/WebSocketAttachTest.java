package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.Attached;
import io.wharf.streams.StdFrames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WebSocketAttachTest {
    private final PlainDuplex duplex = new PlainDuplex();
    private final Buffer binary = Buffer.buffer();
    private final StringBuffer text = new StringBuffer();
    private ApiUnderTest api;
    private WebSocketClient client;

    @BeforeEach
    void open() throws IOException {
        api = new ApiUnderTest();
        api.containers.on("attach", arguments -> attached(false));
        client = api.vertx.createWebSocketClient();
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    private Future<Attached> attached(boolean tty) {
        return Future.succeededFuture(new Attached(api.handles.offer(duplex, duplex::close), tty));
    }

    private WebSocket connect(String version) {
        WebSocketConnectOptions to = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(api.verticle.ports().getFirst())
                .setURI(version + "/containers/web/attach/ws?logs=1&stream=1&stdout=1&stderr=1&detachKeys=ctrl-x");
        WebSocket socket = ApiUnderTest.await(client.connect(to).map(opened -> {
            opened.binaryMessageHandler(binary::appendBuffer);
            opened.textMessageHandler(text::append);
            return opened;
        }));
        return socket;
    }

    private void say(int stream, String words) {
        duplex.output.offer(StdFrames.frame(
                PooledByteBufAllocator.DEFAULT, stream, Unpooled.copiedBuffer(words, StandardCharsets.UTF_8)));
    }

    @Test
    void streams_travelWithoutFrames_asBinaryMessages() throws Exception {
        WebSocket socket = connect("/v1.50");
        assertThat(api.containers.calls().getFirst())
                .contains("logs=true, stream=true, stdin=false, stdout=true, stderr=true, detachKeys=ctrl-x");
        say(StdFrames.STDOUT, "out ");
        say(StdFrames.STDERR, "x".repeat(5000));
        await().untilAsserted(() -> assertThat(binary.toString()).isEqualTo("out " + "x".repeat(5000)));
        ApiUnderTest.await(socket.writeBinaryMessage(Buffer.buffer("hello ")));
        ApiUnderTest.await(socket.writeTextMessage("there"));
        await().until(() -> duplex.heard.toString().equals("hello there"));
        ApiUnderTest.await(socket.close());
        assertThat(duplex.inputEnded.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(duplex.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void frame_inPieces_isPutTogether() {
        connect("/v1.50");
        duplex.output.offer(Unpooled.wrappedBuffer(new byte[] {1, 0, 0, 0, 0}));
        duplex.output.offer(Unpooled.wrappedBuffer(new byte[] {0, 0, 4, 'a', 'b'}));
        duplex.output.offer(Unpooled.wrappedBuffer(new byte[] {'c', 'd', 2, 0, 0, 0, 0, 0, 0, 1, 'e'}));
        await().untilAsserted(() -> assertThat(binary.toString()).isEqualTo("abcde"));
    }

    @Test
    void terminal_isSentAsItIs_andItsEndClosesTheSocket() {
        api.containers.on("attach", arguments -> attached(true));
        WebSocket socket = connect("/v1.50");
        boolean[] closed = new boolean[1];
        socket.closeHandler(end -> closed[0] = true);
        duplex.output.offer(Unpooled.copiedBuffer("prompt$ ", StandardCharsets.UTF_8));
        duplex.output.end();
        await().untilAsserted(() -> assertThat(binary.toString()).isEqualTo("prompt$ "));
        await().until(() -> closed[0]);
    }

    @Test
    void oldClients_getTextAndAllStreams() {
        connect("/v1.27");
        assertThat(api.containers.calls().getFirst()).contains("stdin=true, stdout=true, stderr=true");
        say(StdFrames.STDOUT, "grüße");
        await().untilAsserted(() -> assertThat(text.toString()).isEqualTo("grüße"));
        assertThat(binary.length()).isZero();
    }

    /** The request is not read to its end while they think, for then it could not be upgraded any more. */
    @Test
    void plugins_areAskedBeforeTheUpgrade() {
        api.authorizer();
        awaitPlugins();
        WebSocket socket = connect("/v1.50");
        say(StdFrames.STDOUT, "out");
        await().untilAsserted(() -> assertThat(binary.toString()).isEqualTo("out"));
        ApiUnderTest.await(socket.writeBinaryMessage(Buffer.buffer("hello")));
        await().until(() -> duplex.heard.toString().equals("hello"));
    }

    @Test
    void plugin_thatDenies_leavesTheConnectionInOrder() throws Exception {
        api.authorizer();
        awaitPlugins();
        api.access.on(
                "authorize",
                arguments -> Future.failedFuture(
                        arguments[0].toString().contains("/attach/ws")
                                ? new WharfException(ErrorKind.FORBIDDEN, "denied")
                                : WharfException.notFound("asked")));
        String request =
                "/containers/web/attach/ws HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n";
        try (RawClient raw = new RawClient(api.socket)) {
            raw.send("GET " + request);
            assertThat(raw.readUntil("denied\"}\n")).startsWith("HTTP/1.1 403");
            raw.send("GET /containers/json HTTP/1.1\r\nHost: d\r\n\r\n");
            assertThat(raw.readUntil("asked\"}\n")).startsWith("HTTP/1.1 404");
        }
    }

    /** What cannot be upgraded lets go of the container, and is answered. */
    @Test
    @Timeout(10)
    void handshake_thatIsNone_isAnswered_andClosesTheStreams() throws Exception {
        try (RawClient raw = new RawClient(api.socket)) {
            raw.send("GET /containers/web/attach/ws HTTP/1.1\r\nHost: d\r\nUpgrade: websocket\r\n\r\n");
            assertThat(raw.readHead()).startsWith("HTTP/1.1 400");
        }
        assertThat(duplex.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private void awaitPlugins() {
        await().until(() -> {
            RawClient.get(api.socket, "/_ping");
            return api.access.calls().stream().anyMatch(call -> call.startsWith("authorize["));
        });
    }

    @Test
    void refusal_isAnHttpError() throws Exception {
        api.containers.on(
                "attach", arguments -> Future.failedFuture(WharfException.notFound("No such container: web")));
        assertThatThrownBy(() -> connect("/v1.50"))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(UpgradeRejectedException.class, refused -> {
                    assertThat(refused.getStatus()).isEqualTo(404);
                    assertThat(refused.getBody()).hasToString("{\"message\":\"No such container: web\"}\n");
                });
    }

    @Test
    void clientThatDoesNotRead_holdsTheContainerBack_andLosesNothing() {
        WebSocket socket = connect("/v1.50");
        socket.pause();
        for (int i = 0; i < 20_000; i++) {
            say(StdFrames.STDOUT, "x".repeat(100));
        }
        duplex.output.end();
        socket.resume();
        await().until(() -> binary.length() == 2_000_000);
    }
}
