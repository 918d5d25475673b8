package io.wharf.base;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one exception that leaves a room: a closed kind and a message for the client.
 *
 * <p>It has no stack trace of its own, for it reports a refusal and not a fault; an unexpected failure keeps its trace in
 * the cause. Messages give action, object and reason; where clients match Docker's text, they are that text.
 */
public final class WharfException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;

    public WharfException(ErrorKind kind, String message) {
        this(kind, message, null);
    }

    public WharfException(ErrorKind kind, String message, @Nullable Throwable cause) {
        super(Objects.requireNonNull(message), cause, true, false);
        this.kind = Objects.requireNonNull(kind);
    }

    public static WharfException invalid(String message) {
        return new WharfException(ErrorKind.INVALID_ARGUMENT, message);
    }

    public static WharfException notFound(String message) {
        return new WharfException(ErrorKind.NOT_FOUND, message);
    }

    public static WharfException conflict(String message) {
        return new WharfException(ErrorKind.CONFLICT, message);
    }

    public static WharfException internal(String message) {
        return new WharfException(ErrorKind.INTERNAL, message);
    }

    public static WharfException internal(String message, Throwable cause) {
        return new WharfException(ErrorKind.INTERNAL, message, cause);
    }

    public static WharfException notImplemented(String message) {
        return new WharfException(ErrorKind.NOT_IMPLEMENTED, message);
    }

    /** The exception itself where it is one of ours, else an internal one that keeps it as its cause. */
    public static WharfException of(Throwable failure) {
        if (failure instanceof WharfException known) {
            return known;
        }
        String text = failure.getMessage();
        return internal(text == null ? failure.getClass().getSimpleName() : text, failure);
    }

    public ErrorKind kind() {
        return kind;
    }
}
