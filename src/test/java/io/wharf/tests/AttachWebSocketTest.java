package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code attach/ws}, with the frames of RFC 6455 written and read by hand. */
@Timeout(60)
class AttachWebSocketTest {

    @RegisterExtension
    static final Rig rig = new Rig();

    private static WebSocketEnd socket(String container, String query) throws IOException {
        return new WebSocketEnd(rig.http(), "/v1.44/containers/" + container + "/attach/ws?" + query);
    }

    @Test
    void streams_comeAsBinaryMessages_andInputIsHeard() throws Exception {
        rig.ok("run", "-di", "--name", "ws", "busybox", "sh", "-c", "echo before; cat; echo after");
        Awaitility.await().until(() -> rig.ok("logs", "ws").equals("before"));
        try (WebSocketEnd socket =
                socket("ws", "logs=1&stream=1&stdin=1&stdout=1&stderr=1").upgraded()) {
            assertThat(socket.until("before\n")).isEqualTo(WebSocketEnd.BINARY);
            socket.send(WebSocketEnd.BINARY, "hello\n");
            assertThat(socket.until("hello\n")).isEqualTo(WebSocketEnd.BINARY);
            assertThat(socket.said()).isEqualTo("before\nhello\n");
            socket.send(WebSocketEnd.CLOSE, "");
        }
        // Whoever attaches may leave and come back.
        try (WebSocketEnd socket = socket("ws", "stream=1&stdin=1&stdout=1").upgraded()) {
            socket.send(WebSocketEnd.BINARY, "again\n");
            socket.until("again\n");
            assertThat(socket.said()).isEqualTo("again\n");
            rig.ok("kill", "ws");
        }
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}}", "ws")).isEqualTo("exited");
    }

    @Test
    @WharfOnly("dockerd drops the connection without a word")
    void endOfTheOutput_closesTheSocket() throws Exception {
        rig.ok("create", "-t", "--name", "ws", "busybox", "sh", "-c", "echo on a terminal");
        try (WebSocketEnd socket = socket("ws", "stream=1&stdout=1").upgraded()) {
            rig.ok("start", "ws");
            assertThat(socket.until("never")).isEqualTo(WebSocketEnd.CLOSE);
            assertThat(socket.said()).isEqualTo("on a terminal\r\n");
        }
    }

    @Test
    void unknownContainer_isAnHttpError() throws Exception {
        try (WebSocketEnd socket = socket("nobody", "stream=1")) {
            assertThat(socket.head()).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    @WharfOnly("dockerd says that it is not experimental")
    void checkpoint_saysWhatIsMissing() {
        rig.ok("run", "-d", "--name", "frozen", "busybox", "sleep", "1000");
        Http.Reply reply = rig.http().post("/v1.44/containers/frozen/checkpoints", "{\"CheckpointID\":\"c1\"}");
        assertThat(reply.status()).isEqualTo(501);
        assertThat(reply.body()).contains("checkpoints are not supported: CRIU is ");
        assertThat(rig.http()
                        .post("/v1.44/containers/frozen/start?checkpoint=c1", null)
                        .status())
                .isEqualTo(400);
        assertThat(rig.http().get("/v1.44/containers/nobody/checkpoints").status())
                .isEqualTo(404);
    }
}
