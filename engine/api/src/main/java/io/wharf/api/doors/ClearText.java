package io.wharf.api.doors;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/** Stands before TLS for the first bytes, and tells who speaks plain HTTP there what is wrong, in the words of Go's servers. */
final class ClearText extends ChannelInboundHandlerAdapter {
    private static final String ANSWER =
            "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

    private boolean answered;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (answered) {
            ReferenceCountUtil.release(message);
            return;
        }
        // A record of TLS begins with its type, which is no letter; methods of HTTP do.
        if (message instanceof ByteBuf bytes
                && bytes.isReadable()
                && Character.isLetter(bytes.getByte(bytes.readerIndex()))) {
            answered = true;
            bytes.release();
            context.writeAndFlush(ByteBufUtil.encodeString(
                            context.alloc(), java.nio.CharBuffer.wrap(ANSWER), StandardCharsets.US_ASCII))
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        context.pipeline().remove(this);
        context.fireChannelRead(message);
    }
}
