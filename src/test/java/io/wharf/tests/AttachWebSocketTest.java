package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code attach/ws}, with the frames of RFC 6455 written and read by hand. */
@Timeout(60)
class AttachWebSocketTest {
    private static final int BINARY = 2;
    private static final int CLOSE = 8;

    @RegisterExtension
    static final Rig rig = new Rig();

    /** A client's end of a WebSocket. */
    private static final class Socket implements AutoCloseable {
        private final SocketChannel channel;
        private final String head;
        private final StringBuilder said = new StringBuilder();

        Socket(String container, String query) throws IOException {
            channel = rig.http().connect();
            write(("GET /v1.44/containers/" + container + "/attach/ws?" + query
                            + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Origin: http://localhost\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            StringBuilder read = new StringBuilder();
            while (read.indexOf("\r\n\r\n") < 0) {
                read.append((char) read(1).get());
            }
            head = read.toString();
        }

        Socket upgraded() {
            assertThat(head)
                    .startsWith("HTTP/1.1 101 ")
                    .containsIgnoringCase("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            return this;
        }

        private void write(byte[] bytes) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }

        private ByteBuffer read(int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(length);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer) < 0) {
                    throw new EOFException();
                }
            }
            return buffer.flip();
        }

        /** One short frame; a mask of zeros is a mask too. */
        void send(int opcode, String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            write(ByteBuffer.allocate(6 + bytes.length)
                    .put((byte) (0x80 | opcode))
                    .put((byte) (0x80 | bytes.length))
                    .putInt(0)
                    .put(bytes)
                    .array());
        }

        /** Reads frames until the output has an end; the opcode of the last one. */
        int until(String end) throws IOException {
            int opcode = BINARY;
            while (!said.toString().endsWith(end) && opcode != CLOSE) {
                ByteBuffer head = read(2);
                opcode = head.get() & 15;
                int length = head.get() & 127;
                if (length == 126) {
                    length = read(2).getShort() & 0xffff;
                }
                String text = StandardCharsets.UTF_8.decode(read(length)).toString();
                if (opcode != CLOSE) {
                    said.append(text);
                }
            }
            return opcode;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Test
    void streams_comeAsBinaryMessages_andInputIsHeard() throws Exception {
        rig.ok("run", "-di", "--name", "ws", "busybox", "sh", "-c", "echo before; cat; echo after");
        Awaitility.await().until(() -> rig.ok("logs", "ws").equals("before"));
        try (Socket socket = new Socket("ws", "logs=1&stream=1&stdin=1&stdout=1&stderr=1").upgraded()) {
            assertThat(socket.until("before\n")).isEqualTo(BINARY);
            socket.send(BINARY, "hello\n");
            assertThat(socket.until("hello\n")).isEqualTo(BINARY);
            assertThat(socket.said.toString()).isEqualTo("before\nhello\n");
            socket.send(CLOSE, "");
        }
        // Whoever attaches may leave and come back.
        try (Socket socket = new Socket("ws", "stream=1&stdin=1&stdout=1").upgraded()) {
            socket.send(BINARY, "again\n");
            socket.until("again\n");
            assertThat(socket.said.toString()).isEqualTo("again\n");
            rig.ok("kill", "ws");
        }
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}}", "ws")).isEqualTo("exited");
    }

    @Test
    @WharfOnly("dockerd drops the connection without a word")
    void endOfTheOutput_closesTheSocket() throws Exception {
        rig.ok("create", "-t", "--name", "ws", "busybox", "sh", "-c", "echo on a terminal");
        try (Socket socket = new Socket("ws", "stream=1&stdout=1").upgraded()) {
            rig.ok("start", "ws");
            assertThat(socket.until("never")).isEqualTo(CLOSE);
            assertThat(socket.said.toString()).isEqualTo("on a terminal\r\n");
        }
    }

    @Test
    void unknownContainer_isAnHttpError() throws Exception {
        try (Socket socket = new Socket("nobody", "stream=1")) {
            assertThat(socket.head).startsWith("HTTP/1.1 404 ");
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
