package io.wharf.images.registry;

import java.io.IOException;

/** Nobody answered a request, or the answer broke off: another host may be asked. */
public final class Unanswered extends IOException {
    private static final long serialVersionUID = 1;

    Unanswered(String message, Throwable cause) {
        super(message, cause);
    }
}
