package io.wharf.base;

/**
 * The closed set of ways in which a request can fail, with its face in HTTP and in gRPC.
 *
 * <p>HTTP statuses are those of the Docker Engine API; gRPC codes are those of {@code google.rpc.Code}.
 */
public enum ErrorKind {
    /** The request cannot be understood or contradicts itself. */
    INVALID_ARGUMENT(400, 3),
    /** Credentials are missing or wrong. */
    UNAUTHORIZED(401, 16),
    /** The caller may not do this. */
    FORBIDDEN(403, 7),
    /** The named object does not exist. */
    NOT_FOUND(404, 5),
    /** The object's state or another object stands in the way. */
    CONFLICT(409, 9),
    /** The object is already as wanted; HTTP's 304 carries no body. */
    NOT_MODIFIED(304, 6),
    /** What was asked for was there once and is no longer kept. */
    GONE(410, 11),
    /** The body is longer than the engine reads. */
    TOO_LARGE(413, 8),
    /** The client went away or withdrew its request; nobody reads the reply. */
    CANCELLED(499, 1),
    /** Something that others own failed: a registry, a runtime, the kernel; or the engine itself has a fault. */
    INTERNAL(500, 13),
    /** Documented, but not in this engine. */
    NOT_IMPLEMENTED(501, 12),
    /** Not now: starting, stopping, or a needed service is absent. */
    UNAVAILABLE(503, 14);

    private final int httpStatus;
    private final int grpcCode;

    ErrorKind(int httpStatus, int grpcCode) {
        this.httpStatus = httpStatus;
        this.grpcCode = grpcCode;
    }

    public int httpStatus() {
        return httpStatus;
    }

    public int grpcCode() {
        return grpcCode;
    }

    /** The kind with this status, which no two share. */
    public static ErrorKind ofHttpStatus(int status) {
        for (ErrorKind kind : values()) {
            if (kind.httpStatus == status) {
                return kind;
            }
        }
        return INTERNAL;
    }
}
