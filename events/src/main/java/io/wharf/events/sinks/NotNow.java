package io.wharf.events.sinks;

import java.time.Duration;

/** A refusal that names the time after which it makes sense to ask again. */
final class NotNow extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Duration wait;

    NotNow(String message, Duration wait) {
        super(message, null, false, false);
        this.wait = wait;
    }

    Duration pause() {
        return wait;
    }
}
