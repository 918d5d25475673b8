package io.wharf.tests.tap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tap sees what is wrong, takes what is right, and changes nothing of either. */
class TapTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    @TempDir
    private Path folder;

    private ServerSocketChannel engine;
    private Tap tap;

    @BeforeEach
    void begin() throws IOException {
        engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        engine.bind(UnixDomainSocketAddress.of(folder.resolve("e")));
        tap = new Tap(folder.resolve("d"), folder.resolve("e"));
        tap.open();
    }

    @AfterEach
    void end() throws IOException {
        tap.close();
        engine.close();
    }

    @Test
    void goodReplies_areNotTold() throws IOException {
        talk("POST /v1.44/auth HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", whole("{\"Status\":\"yes\"}"));
        talk("GET /containers/a/b/json HTTP/1.1\r\n\r\n", failure("404 Not Found", "{\"message\":\"gone\"}"));
        talk("POST /containers/a/kill HTTP/1.1\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n");
        tap.close();
        assertThat(tap.disagreements()).isEmpty();
    }

    @Test
    void wrongReplies_areTold() throws IOException {
        talk("GET /networks/x HTTP/1.1\r\n\r\n", failure("404 Not Found", "{\"msg\":\"gone\"}"));
        talk("GET /_ping HTTP/1.1\r\n\r\n", "HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n");
        talk("GET /version HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>");
        talk("GET /images/json HTTP/1.1\r\n\r\n", whole("[{\"Id\":7}]"));
        talk("GET /info HTTP/1.1\r\n\r\n", whole("{\"ID\":"));
        talk("POST /containers/x/kill HTTP/1.1\r\n\r\n", whole("{}"));
        talk("GET /no/such/thing HTTP/1.1\r\n\r\n", whole("{}"));
        tap.close();
        assertThat(tap.disagreements())
                .contains(
                        "NetworkInspect 404: content components/schemas/Error/required: $: required property 'message' not found")
                .contains("property 'msg' is not defined")
                .contains("SystemPing 418: responses: has no 418")
                .contains("SystemVersion 200: content: has no text/html")
                .contains("ImageList 200: content")
                .contains("integer found, string expected")
                .contains("SystemInfo 200: content: is no JSON")
                .contains("ContainerKill 200: responses: has no 200")
                .contains("GET /no/such/thing 200: paths: knows no such operation");
    }

    @Test
    void lines_areReadAsTheyCome_acrossChunksAndRequestsOfOneConnection() throws IOException {
        String event = "{\"Type\":\"volume\",\"Action\":\"create\",\"Actor\":{\"ID\":\"a\",\"Attributes\":{}},"
                + "\"scope\":\"local\",\"time\":1,\"timeNano\":1}\n";
        String cut = event.substring(10) + "{\"Type\":7}\n";
        talk(
                "GET /events HTTP/1.1\r\n\r\nGET /_ping HTTP/1.1\r\n\r\n",
                OK + "Transfer-Encoding: chunked\r\n\r\na\r\n" + event.substring(0, 10) + "\r\n"
                        + Integer.toHexString(cut.length()) + "\r\n" + cut + "\r\n0\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nKO");
        tap.close();
        assertThat(tap.disagreements())
                .contains("SystemEvents 200: content")
                .contains("required property 'Actor' not found")
                .contains("SystemPing 200: content /")
                .doesNotContain("\"volume\",\"Action\"");
    }

    @Test
    void bytesAfterAnUpgrade_passUnread_andEachHalfEndsByItself() throws IOException {
        try (SocketChannel client = connect();
                SocketChannel server = engine.accept()) {
            write(client, "POST /containers/x/attach?stream=1 HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n");
            client.shutdownOutput();
            assertThat(readAll(server)).endsWith("\r\n\r\n");
            String raw = "HTTP/1.1 999 no\r\n\r\n\u0001\u0000 raw";
            write(server, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n" + raw);
            server.shutdownOutput();
            assertThat(readAll(client)).endsWith(raw);
        }
        tap.close();
        assertThat(tap.disagreements()).isEmpty();
    }

    /** Sends a request and lets the engine answer it; both arrive as they were sent. */
    private void talk(String request, String reply) throws IOException {
        try (SocketChannel client = connect();
                SocketChannel server = engine.accept()) {
            write(client, request);
            ByteBuffer seen = ByteBuffer.allocate(request.length());
            while (seen.hasRemaining()) {
                server.read(seen);
            }
            assertThat(new String(seen.array(), StandardCharsets.ISO_8859_1)).isEqualTo(request);
            write(server, reply);
            server.close();
            assertThat(readAll(client)).isEqualTo(reply);
        }
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("d")));
    }

    private static String whole(String json) {
        return OK + "Content-Length: " + json.length() + "\r\n\r\n" + json;
    }

    private static String failure(String status, String json) {
        return whole(json).replace("200 OK", status);
    }

    private static void write(SocketChannel to, String text) throws IOException {
        to.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String readAll(SocketChannel from) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer piece = ByteBuffer.allocate(4096);
        while (from.read(piece) >= 0) {
            all.write(piece.array(), 0, piece.position());
            piece.clear();
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }
}
