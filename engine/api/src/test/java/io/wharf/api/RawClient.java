package io.wharf.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A client that sees every byte: it speaks HTTP by hand on a unix socket. */
final class RawClient implements AutoCloseable {
    private final SocketChannel channel;

    RawClient(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    /** Sends a request on a connection of its own and reads the answer to the end. */
    static String ask(Path socket, String request) throws IOException {
        try (RawClient client = new RawClient(socket)) {
            return client.send(request).readAll();
        }
    }

    static String get(Path socket, String path) throws IOException {
        return ask(socket, "GET " + path + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
    }

    static String post(Path socket, String path, String body) throws IOException {
        return ask(
                socket,
                "POST " + path + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    RawClient send(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        return this;
    }

    /** Reads up to and with the empty line after the head. */
    String readHead() throws IOException {
        return readUntil("\r\n\r\n");
    }

    /** Reads up to and with a text. */
    String readUntil(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (text.indexOf(end) < 0) {
            one.clear();
            if (channel.read(one) < 0) {
                throw new IOException("the connection ended before its time: " + text);
            }
            text.append((char) one.get(0));
        }
        return text.toString();
    }

    String read(int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                break;
            }
        }
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    String readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** Counts what comes until the end. */
    long drain() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
        long total = 0;
        for (int read = channel.read(buffer); read >= 0; read = channel.read(buffer)) {
            total += read;
            buffer.clear();
        }
        return total;
    }

    RawClient endInput() throws IOException {
        channel.shutdownOutput();
        return this;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
