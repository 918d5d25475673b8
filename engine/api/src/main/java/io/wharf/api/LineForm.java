package io.wharf.api;

import io.vertx.core.buffer.Buffer;
import io.wharf.base.Event;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import org.jspecify.annotations.Nullable;

/** How values are written one after another. */
sealed interface LineForm {
    String contentType();

    void append(Buffer to, Object value);

    /** The last that is written where the stream fails. */
    void appendFailure(Buffer to, WharfException failure);

    /** What keeps a connection alive on which nothing happens; null where the form has nothing of that kind. */
    @Nullable
    String sign();

    /**
     * JSON, a value a line.
     *
     * @param end of each line
     * @param contentType of the whole
     */
    record JsonLines(String end, String contentType) implements LineForm {
        private static final byte SEPARATOR = 0x1e;

        @Override
        public void append(Buffer to, Object value) {
            if (contentType.equals(JsonStreams.SEQUENCE)) {
                to.appendByte(SEPARATOR);
            }
            to.appendBytes(Json.writeBytes(value)).appendString(end);
        }

        @Override
        public void appendFailure(Buffer to, WharfException failure) {
            append(to, WriteLines.refusal(failure));
        }

        @Override
        public @Nullable String sign() {
            return null;
        }
    }

    /** Server-Sent Events (WHATWG HTML, 9.2), each with its sequence number as its id. */
    record ServerSent() implements LineForm {
        @Override
        public String contentType() {
            return "text/event-stream";
        }

        @Override
        public void append(Buffer to, Object value) {
            Event event = (Event) value;
            to.appendString("id: " + event.seq() + "\ndata: ")
                    .appendBytes(Json.writeBytes(EventBody.of(event)))
                    .appendString("\n\n");
        }

        @Override
        public void appendFailure(Buffer to, WharfException failure) {
            to.appendString("event: error\ndata: ")
                    .appendBytes(Json.writeBytes(Refusals.body(failure)))
                    .appendString("\n\n");
        }

        @Override
        public String sign() {
            return ":\n\n";
        }
    }
}
