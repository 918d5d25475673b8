package io.wharf.streams;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Handler;
import org.jspecify.annotations.Nullable;

/**
 * A byte stream that can also be taken as Netty buffers, and so goes from one channel to another without a copy.
 *
 * <p>Streams of this room implement it beside {@code ReadStream<Buffer>}; pausing, fetching and the end stay as they are
 * there. Vert.x's own buffers cannot carry reference-counted memory, hence this second way.
 */
public interface RawBytes {
    /** Takes the place of {@code handler}: each buffer is the receiver's, who releases it. */
    void rawHandler(@Nullable Handler<ByteBuf> handler);
}
