package io.wharf.streams;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.wharf.contracts.Feed;
import java.nio.charset.StandardCharsets;

/** A {@link Feed.Message} in memory outside of the heap, written once and released by its maker's count. */
public final class SharedMessage implements Feed.Message {
    private final ByteBuf chunk;
    private final int bodyAt;
    private final int bodyLength;

    private SharedMessage(ByteBuf chunk, int bodyAt, int bodyLength) {
        this.chunk = chunk;
        this.bodyAt = bodyAt;
        this.bodyLength = bodyLength;
    }

    /** Copies the body; the caller holds the one reference. */
    public static SharedMessage of(byte[] bytes, int length) {
        byte[] size = Integer.toHexString(length).getBytes(StandardCharsets.US_ASCII);
        ByteBuf chunk = PooledByteBufAllocator.DEFAULT.directBuffer(size.length + length + 4);
        chunk.writeBytes(size).writeByte('\r').writeByte('\n');
        chunk.writeBytes(bytes, 0, length).writeByte('\r').writeByte('\n');
        return new SharedMessage(chunk, size.length + 2, length);
    }

    @Override
    public ByteBuf body() {
        return chunk.slice(bodyAt, bodyLength);
    }

    @Override
    public ByteBuf chunk() {
        return chunk;
    }

    public void retain(int more) {
        chunk.retain(more);
    }

    public void release() {
        chunk.release();
    }
}
