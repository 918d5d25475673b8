package io.wharf.api;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.buffer.BufferInternal;
import io.wharf.contracts.ByteStream;
import io.wharf.streams.ByteQueue;

/**
 * The body of a request as a byte stream for another room: the client is held back when the reader is slow, and a client
 * that leaves in the middle fails the stream. What a reader leaves unread is thrown away, so that the connection can go on.
 */
final class RequestBytes {
    private static final long QUEUED_BYTES = 256 * 1024;

    private RequestBytes() {}

    /** Takes the body of a request; called in its handler, on its context. */
    static ByteStream take(HttpServerRequest request, Context context) {
        ByteQueue queue = new ByteQueue(QUEUED_BYTES);
        queue.onRoom(() -> context.runOnContext(room -> request.resume()));
        queue.onClose(() -> context.runOnContext(closed -> request.resume()));
        request.handler(chunk -> {
            queue.offer(((BufferInternal) chunk).getByteBuf());
            if (queue.isFull() && !queue.isClosed()) {
                request.pause();
            }
        });
        request.endHandler(end -> queue.end());
        request.exceptionHandler(queue::fail);
        return queue;
    }
}
