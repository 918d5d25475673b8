package io.wharf.api;

import io.vertx.core.buffer.Buffer;
import io.wharf.base.ErrorKind;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import org.jspecify.annotations.Nullable;

/** How events are written one after another in the body of an HTTP reply. */
sealed interface EventForm {
    String contentType();

    EventTexts texts();

    /**
     * The last that is written where the stream fails.
     *
     * @return whether the stream ends in order then; else it breaks off, for its form has no word for a failure
     */
    boolean appendFailure(Buffer to, WharfException failure);

    /** What keeps a connection alive on which nothing happens; null where the form has nothing of that kind. */
    @Nullable
    String sign();

    /**
     * Events in Docker's form. Its clients know no line but an event: one whose next event is gone sees the stream break.
     *
     * @param contentType JSON in one of its names for many values
     * @param texts the lines
     */
    record Docker(String contentType, EventTexts texts) implements EventForm {
        @Override
        public boolean appendFailure(Buffer to, WharfException failure) {
            return failure.kind() == ErrorKind.UNAVAILABLE;
        }

        @Override
        public @Nullable String sign() {
            return null;
        }
    }

    /**
     * Server-Sent Events (WHATWG HTML, 9.2), each with its sequence number as its id.
     *
     * @param texts the events as they are written
     */
    record ServerSent(EventTexts texts) implements EventForm {
        @Override
        public String contentType() {
            return "text/event-stream";
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
}
