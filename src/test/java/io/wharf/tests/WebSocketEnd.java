package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A client's end of a WebSocket, with the frames of RFC 6455 written and read by hand. */
final class WebSocketEnd implements AutoCloseable {
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;

    private final SocketChannel channel;
    private final String head;
    private final StringBuilder said = new StringBuilder();

    WebSocketEnd(Http http, String path) throws IOException {
        channel = http.connect();
        write(("GET " + path
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

    WebSocketEnd upgraded() {
        assertThat(head)
                .startsWith("HTTP/1.1 101 ")
                .containsIgnoringCase("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        return this;
    }

    String head() {
        return head;
    }

    String said() {
        return said.toString();
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
