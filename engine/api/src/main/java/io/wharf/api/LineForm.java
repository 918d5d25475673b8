package io.wharf.api;

import io.vertx.core.buffer.Buffer;
import io.wharf.base.ErrorKind;
import io.wharf.base.Event;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import org.jspecify.annotations.Nullable;

/** How values are written one after another. */
sealed interface LineForm {
    String contentType();

    void append(Buffer to, Object value);

    /**
     * The last that is written where the stream fails.
     *
     * @return whether the stream ends in order then; else it breaks off, for its form has no word for a failure
     */
    boolean appendFailure(Buffer to, WharfException failure);

    /** What keeps a connection alive on which nothing happens; null where the form has nothing of that kind. */
    default @Nullable String sign() {
        return null;
    }

    /** How many values are asked for ahead of a client that does not read. */
    default int window() {
        return 64;
    }

    /** Bytes that may wait for such a client in memory, besides the window; 0 for the usual. */
    default int queueBytes() {
        return 0;
    }

    /**
     * JSON, a value a line.
     *
     * @param end of each line
     * @param contentType of the whole
     */
    record JsonLines(String end, String contentType) implements LineForm {
        @Override
        public void append(Buffer to, Object value) {
            if (contentType.equals(JsonStreams.SEQUENCE)) {
                to.appendByte(SEPARATOR);
            }
            to.appendBytes(Json.writeBytes(value)).appendString(end);
        }

        @Override
        public boolean appendFailure(Buffer to, WharfException failure) {
            append(to, WriteLines.refusal(failure));
            return true;
        }
    }

    /** Forms of events: what a reader that stands still may hold is the same for each. */
    sealed interface Events extends LineForm {
        @Override
        default int window() {
            return EVENTS_AHEAD;
        }

        @Override
        default int queueBytes() {
            return EVENT_BYTES_AHEAD;
        }
    }

    /**
     * Events in Docker's form. Its clients know no line but an event: one whose next event is gone sees the stream break.
     *
     * @param contentType JSON in one of its names for many values
     * @param texts the lines
     */
    record DockerEvents(String contentType, EventTexts texts) implements Events {
        @Override
        public void append(Buffer to, Object value) {
            if (contentType.equals(JsonStreams.SEQUENCE)) {
                to.appendByte(SEPARATOR);
            }
            to.appendBytes(texts.of((Event) value));
        }

        @Override
        public boolean appendFailure(Buffer to, WharfException failure) {
            return failure.kind() == ErrorKind.UNAVAILABLE;
        }
    }

    /**
     * Server-Sent Events (WHATWG HTML, 9.2), each with its sequence number as its id.
     *
     * @param texts the events as they are written
     */
    record ServerSent(EventTexts texts) implements Events {
        @Override
        public String contentType() {
            return "text/event-stream";
        }

        @Override
        public void append(Buffer to, Object value) {
            to.appendBytes(texts.of((Event) value));
        }

        /** When the engine stops the stream just ends: that is how a client of this form knows to come back. */
        @Override
        public boolean appendFailure(Buffer to, WharfException failure) {
            if (failure.kind() != ErrorKind.UNAVAILABLE) {
                to.appendString(failure.kind() == ErrorKind.GONE ? "event: gone\ndata: " : "event: error\ndata: ")
                        .appendBytes(Json.writeBytes(Refusals.body(failure)))
                        .appendString("\n\n");
            }
            return true;
        }

        @Override
        public String sign() {
            return ":\n\n";
        }
    }

    /** A thousand readers that stand still hold a thousand times this. */
    int EVENTS_AHEAD = 16;

    int EVENT_BYTES_AHEAD = 4096;

    /** Before each value of a sequence (RFC 7464). */
    byte SEPARATOR = 0x1e;
}
