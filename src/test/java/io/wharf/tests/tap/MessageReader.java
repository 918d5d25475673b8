package io.wharf.tests.tap;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads HTTP/1.1 messages of one direction out of pieces as they come. What is no HTTP ends the reading for good: bytes
 * after an upgrade, and what a test sends on purpose.
 */
final class MessageReader {
    /** How a body ends. */
    enum Framing {
        NONE,
        LENGTH,
        CHUNKED,
        /** With the connection. */
        CLOSE,
        /** No message follows this head, and nothing more is read. */
        RAW
    }

    /** What is told of the messages. */
    interface Listener {
        /** A head is complete; tells how the body after it ends. */
        Framing head(String firstLine, Map<String, String> headers);

        /** A piece of a body; to be read now. */
        void body(ByteBuffer piece);

        /** The message is complete. */
        void end();
    }

    private enum State {
        HEAD,
        LENGTH,
        SIZE,
        CHUNK,
        AFTER_CHUNK,
        TRAILER,
        CLOSE
    }

    private static final int LONGEST_HEAD = 4 << 20;

    private final Listener listener;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private State state = State.HEAD;
    private volatile boolean stopped;
    private long left;

    MessageReader(Listener listener) {
        this.listener = listener;
    }

    /** Reads nothing more; the one call that another thread may make. */
    void stop() {
        stopped = true;
    }

    void read(ByteBuffer piece) {
        try {
            while (piece.hasRemaining() && !stopped) {
                step(piece);
            }
        } catch (RuntimeException e) {
            stop();
        }
    }

    /** The connection has ended; true where this is the proper end of a message. */
    void end() {
        if (state == State.CLOSE && !stopped) {
            stop();
            listener.end();
        }
    }

    private void step(ByteBuffer piece) {
        switch (state) {
            case HEAD -> {
                if (head(piece)) {
                    begin();
                }
            }
            case LENGTH, CHUNK -> {
                take(piece);
                if (left == 0) {
                    if (state == State.LENGTH) {
                        ended();
                    } else {
                        state = State.AFTER_CHUNK;
                    }
                }
            }
            case SIZE -> {
                if (line(piece)) {
                    String size = text();
                    int extension = size.indexOf(';');
                    left = Long.parseLong((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
                    state = left == 0 ? State.TRAILER : State.CHUNK;
                }
            }
            case AFTER_CHUNK -> {
                if (line(piece)) {
                    if (!text().isEmpty()) {
                        throw new IllegalStateException("a chunk is longer than it says");
                    }
                    state = State.SIZE;
                }
            }
            case TRAILER -> {
                if (line(piece) && text().isEmpty()) {
                    ended();
                }
            }
            case CLOSE -> {
                listener.body(piece.slice());
                piece.position(piece.limit());
            }
        }
    }

    private void take(ByteBuffer piece) {
        int length = (int) Math.min(left, piece.remaining());
        listener.body(piece.slice(piece.position(), length));
        piece.position(piece.position() + length);
        left -= length;
    }

    private void ended() {
        state = State.HEAD;
        listener.end();
    }

    /** Collects up to the end of a line, and tells whether it is there. */
    private boolean line(ByteBuffer piece) {
        while (piece.hasRemaining()) {
            byte one = piece.get();
            if (one == '\n') {
                return true;
            }
            collect(one);
        }
        return false;
    }

    /** Collects up to the empty line after a head. */
    private boolean head(ByteBuffer piece) {
        while (line(piece)) {
            byte[] all = line.toByteArray();
            int end = all.length;
            if (end == 0 || (end == 1 && all[0] == '\r')) {
                // Empty lines before a message mean nothing.
                line.reset();
            } else if (all[end - 1] == '\n' || (all[end - 1] == '\r' && all[end - 2] == '\n')) {
                return true;
            } else {
                collect((byte) '\n');
            }
        }
        return false;
    }

    private void collect(byte one) {
        if (line.size() > LONGEST_HEAD) {
            throw new IllegalStateException("a head without end");
        }
        line.write(one);
    }

    private String text() {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        line.reset();
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private void begin() {
        String[] lines = text().split("\r?\n");
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip());
        }
        switch (listener.head(lines[0], headers)) {
            case NONE -> ended();
            case LENGTH -> {
                left = Long.parseLong(headers.getOrDefault("content-length", "0"));
                state = State.LENGTH;
                if (left == 0) {
                    ended();
                }
            }
            case CHUNKED -> state = State.SIZE;
            case CLOSE -> state = State.CLOSE;
            case RAW -> stop();
        }
    }
}
