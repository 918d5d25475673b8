package io.wharf.tests;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** HTTP by hand over a unix socket: for what no well-behaved client would send, and to see what is really answered. */
final class Http {
    private final Path socket;

    Http(Path socket) {
        this.socket = socket;
    }

    /**
     * An answer.
     *
     * @param status the code
     * @param headers by name in lower case
     * @param body with chunks put together
     */
    record Reply(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    Reply get(String path) {
        return request("GET", path, null);
    }

    Reply post(String path, String json) {
        return request("POST", path, json);
    }

    Reply delete(String path) {
        return request("DELETE", path, null);
    }

    Reply request(String method, String path, @org.jspecify.annotations.Nullable String json) {
        String body = json == null ? "" : json;
        return raw(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + (json == null ? "" : "Content-Type: application/json\r\n")
                + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    /** Sends bytes as they are and reads to the end of the connection. */
    Reply raw(String request) {
        try (SocketChannel channel = connect()) {
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                // Answered and closed before all was sent, as for a body that is too long.
            }
            return parse(readAll(channel));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection, for half requests. */
    SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    /** Reads an answer to the end of its connection. */
    static Reply read(SocketChannel channel) {
        return parse(readAll(channel));
    }

    boolean answers() {
        try {
            return get("/_ping").body().equals("OK");
        } catch (UncheckedIOException | IllegalStateException e) {
            return false;
        }
    }

    private static byte[] readAll(SocketChannel channel) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(65536);
        try {
            while (channel.read(buffer) >= 0) {
                all.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
        } catch (IOException e) {
            // A reset after the answer, for what was not read of the request.
        }
        return all.toByteArray();
    }

    private static Reply parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IllegalStateException("no HTTP answer: '" + text + "'");
        }
        String[] head = text.substring(0, end).split("\r\n");
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < head.length; i++) {
            int colon = head[i].indexOf(':');
            headers.put(
                    head[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    head[i].substring(colon + 1).strip());
        }
        String body = text.substring(end + 4);
        boolean chunked = headers.getOrDefault("transfer-encoding", "").equals("chunked");
        return new Reply(Integer.parseInt(head[0].split(" ")[1]), headers, chunked ? dechunk(body) : body);
    }

    private static String dechunk(String body) {
        StringBuilder all = new StringBuilder();
        int at = 0;
        while (at < body.length()) {
            int line = body.indexOf("\r\n", at);
            int size = Integer.parseInt(body.substring(at, line).strip(), 16);
            if (size == 0) {
                break;
            }
            // Sizes count bytes; every body read this way is ASCII where it matters.
            all.append(body, line + 2, Math.min(body.length(), line + 2 + size));
            at = line + 2 + size + 2;
        }
        return all.toString();
    }
}
