package io.wharf.api.doors;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the heads of unfinished requests may take of the engine's memory, all connections together: a thousand clients that
 * each send a long head without an end would else fill it, by a socket of whatever role.
 *
 * <p>A head is there with its first packet or soon after, so who goes first where room is wanted is the connection whose
 * head has been unfinished longest; it is told so.
 */
final class HeadRoom {
    /** Of what was received; parsed into many short headers it takes thirty times that. */
    private static final long BYTES = 1 << 20;

    private static final int CONTINUE = 100;
    private static final String DECODER = "httpDecoder";
    private static final String ENCODER = "httpEncoder";
    private static final String ANSWER = """
            HTTP/1.1 408 Request Timeout\r
            Connection: close\r
            Content-Type: text/plain; charset=utf-8\r
            \r
            too many unfinished requests: this one was there longest
            """;

    private final long limit;
    private final Map<Channel, Long> held = new LinkedHashMap<>();
    private long total;

    HeadRoom() {
        this(BYTES);
    }

    HeadRoom(long limit) {
        this.limit = limit;
    }

    /** Begins with a connection of a server, before anything is read from it. */
    void watch(HttpConnection connection) {
        watch(((ConnectionBase) connection).channel());
    }

    void watch(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        if (!(pipeline.get(DECODER) instanceof ByteToMessageDecoder decoder)) {
            return;
        }
        Watch watch = new Watch(this);
        watch.readsFrom(decoder);
        pipeline.addBefore(DECODER, null, watch);
        pipeline.addAfter(ENCODER, null, watch.after);
        channel.closeFuture().addListener(closed -> {
            if (pipeline.get(DECODER) != null) {
                letGo(channel);
            }
            hold(channel, 0, true);
        });
    }

    private void hold(Channel channel, long bytes, boolean fresh) {
        List<Channel> leave = new ArrayList<>(0);
        synchronized (this) {
            Long before = fresh ? held.remove(channel) : held.get(channel);
            long now = bytes + (before == null || fresh ? 0 : before);
            total += now - (before == null ? 0 : before);
            if (now > 0 && channel.isOpen()) {
                held.put(channel, now);
            } else if (now > 0) {
                total -= now;
                held.remove(channel);
            }
            while (total > limit && !held.isEmpty()) {
                Map.Entry<Channel, Long> longest = held.entrySet().iterator().next();
                total -= longest.getValue();
                held.remove(longest.getKey());
                leave.add(longest.getKey());
            }
        }
        leave.forEach(HeadRoom::refuse);
    }

    private static void refuse(Channel channel) {
        if (!channel.eventLoop().inEventLoop()) {
            channel.eventLoop().execute(() -> refuse(channel));
            return;
        }
        ChannelHandlerContext encoder = channel.pipeline().context(ENCODER);
        if (encoder == null || channel.pipeline().get(DECODER) == null) {
            channel.close();
            return;
        }
        letGo(channel);
        Watch watch = channel.pipeline().get(Watch.class);
        if (watch != null && watch.answering > 0) {
            // Words would stand amid the answer that it is being given.
            channel.close();
            return;
        }
        // Below the encoder, which knows of no request to answer.
        encoder.writeAndFlush(
                        ByteBufUtil.encodeString(channel.alloc(), CharBuffer.wrap(ANSWER), StandardCharsets.US_ASCII))
                .addListener(ChannelFutureListener.CLOSE);
    }

    /** What its decoder holds is let go of now: a closed channel is taken apart only when all others have been read. */
    private static void letGo(Channel channel) {
        channel.pipeline().replace(DECODER, null, new Swallow());
    }

    /** Drops what still comes. */
    private static final class Swallow extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
    }

    /** Sees what goes into the decoder, and by its other half what comes out. */
    private static final class Watch extends ChannelInboundHandlerAdapter {
        private final HeadRoom room;
        /** Something came out of the decoder. */
        private boolean told;
        /** What had not gone through the decoder by then. */
        private long left;
        /** Whoever waits for an answer, or reads one that goes on, is put out only for what it sends without an end. */
        private int answering;
        /** What the decoder reads from: what has come, behind what it had. */
        private ByteBuf all = Unpooled.EMPTY_BUFFER;

        private final ChannelDuplexHandler after = new ChannelDuplexHandler() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                told = true;
                left = all.refCnt() > 0 ? all.readableBytes() : 0;
                if (message instanceof HttpRequest) {
                    answering++;
                }
                context.fireChannelRead(message);
            }

            @Override
            public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                boolean early =
                        message instanceof HttpResponse head && head.status().code() == CONTINUE;
                if (message instanceof LastHttpContent && !early && answering > 0) {
                    answering--;
                }
                context.write(message, promise);
            }
        };

        private Watch(HeadRoom room) {
            this.room = room;
        }

        private void readsFrom(ByteToMessageDecoder decoder) {
            decoder.setCumulator((allocator, had, come) -> {
                all = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, had, come);
                return all;
            });
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            long bytes = message instanceof ByteBuf buffer ? buffer.readableBytes() : 0;
            told = false;
            context.fireChannelRead(message);
            all = Unpooled.EMPTY_BUFFER;
            if (context.isRemoved()) {
                return;
            }
            if (context.pipeline().get(DECODER) == null) {
                // A raw stream by now, or a WebSocket.
                context.pipeline().remove(this);
                if (context.pipeline().context(after) != null) {
                    context.pipeline().remove(after);
                }
                room.hold(context.channel(), 0, true);
            } else {
                // Heads, and what stands behind the last chunk of a body, stay in the decoder until they are whole.
                room.hold(context.channel(), told ? left : bytes, told);
            }
        }
    }
}
