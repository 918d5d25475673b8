package io.wharf.events.sinks;

/** The target will not have these events as they are: to bring them again for ever would hold up all that follow. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Refused(String message) {
        super(message, null, false, false);
    }
}
