package io.wharf.streams;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.EventExecutor;
import io.wharf.contracts.Feed;
import java.io.IOException;

/**
 * Writes a feed's messages as chunks of an HTTP/1.1 body whose head has been sent, past the HTTP codec: the chunk is the
 * same bytes for every reader. A client that has not taken all of an earlier message goes without the next ones, so
 * never more than one message is held for it.
 *
 * <p>Where nothing waits in the channel and no handler stands between (TLS does), the bytes go to the socket in one
 * call: of what a message to one reader costs, that leaves little but the kernel's share.
 */
public final class ChunkedReader implements Feed.Reader {
    private final ChannelHandlerContext encoder;
    private final boolean direct;
    private final Runnable onEnd;

    /**
     * A reader for a connection.
     *
     * @param encoder where the HTTP encoder stands: what is written from here does not pass through it
     * @param onEnd called on the loop when nothing comes any more; ends the body
     */
    public ChunkedReader(ChannelHandlerContext encoder, Runnable onEnd) {
        this.encoder = encoder;
        this.onEnd = onEnd;
        this.direct =
                encoder.channel() instanceof UnixChannel && encoder.pipeline().get("ssl") == null;
    }

    @Override
    public EventExecutor loop() {
        return encoder.channel().eventLoop();
    }

    @Override
    public void take(Feed.Message message) {
        ChannelOutboundBuffer waiting = encoder.channel().unsafe().outboundBuffer();
        if (waiting == null || !waiting.isEmpty()) {
            return;
        }
        ByteBuf chunk = message.chunk();
        int written = direct ? writeNow(chunk) : 0;
        // Nothing taken by a socket that is full: the next sample is as good. A part of a message commits to the rest.
        if (!direct || (written > 0 && written < chunk.readableBytes())) {
            encoder.writeAndFlush(
                    chunk.retainedSlice(chunk.readerIndex() + written, chunk.readableBytes() - written),
                    encoder.voidPromise());
        }
    }

    private int writeNow(ByteBuf chunk) {
        if (!chunk.hasMemoryAddress()) {
            throw new IllegalStateException("messages lie outside of the heap");
        }
        try {
            return ((UnixChannel) encoder.channel())
                    .fd()
                    .writeAddress(chunk.memoryAddress(), chunk.readerIndex(), chunk.writerIndex());
        } catch (IOException gone) {
            // The loop closes a broken connection, and the reader leaves by that.
            encoder.close();
            return 0;
        }
    }

    @Override
    public void end() {
        onEnd.run();
    }
}
