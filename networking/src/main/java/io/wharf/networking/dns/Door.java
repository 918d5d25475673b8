package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollDatagramChannelConfig;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.Future;
import io.wharf.linux.AdoptedChannels;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where one container's queries come in, and its answers go out: its two sockets on the event loop. */
final class Door {
    /** No query is longer, but for who means harm. */
    private static final int LONGEST_QUERY = 1 << 10;

    private static final int QUERIES_A_READ = 32;
    private static final int MOST_CONNECTIONS = 64;
    private static final int IDLE_SECONDS = 10;

    private final Resolver resolver;
    private final Set<Channel> channels = new HashSet<>();
    private int connections;
    private boolean closed;

    Door(Resolver resolver) {
        this.resolver = resolver;
    }

    /** Serves from now on; the sockets are closed where that fails. */
    Future<Void> open(IoEventLoop loop, Sockets sockets) {
        return AdoptedChannels.datagram(loop, sockets.udp(), new Datagrams())
                .compose(udp -> AdoptedChannels.server(loop, sockets.tcp(), new Connections()))
                .onSuccess(this::keep)
                .onFailure(e -> {
                    sockets.close();
                    close();
                })
                .mapEmpty();
    }

    private void keep(Channel channel) {
        if (closed) {
            channel.close();
        } else {
            channels.add(channel);
        }
    }

    /** Closes all: a socket left would keep the namespace alive. */
    void close() {
        closed = true;
        Set.copyOf(channels).forEach(Channel::close);
        channels.clear();
    }

    /** Sets up the UDP socket, before the first packet is read: many are read and written in one call. */
    private final class Datagrams extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            EpollDatagramChannelConfig config = (EpollDatagramChannelConfig) channel.config();
            config.setMaxDatagramPayloadSize(LONGEST_QUERY);
            config.setRecvByteBufAllocator(new FixedRecvByteBufAllocator(LONGEST_QUERY * QUERIES_A_READ));
            channel.pipeline().addLast(new ByUdp());
            keep(channel);
        }
    }

    private final class ByUdp extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            try {
                ByteBuf query = packet.content();
                // What fills its room may have been longer.
                if (query.readableBytes() < LONGEST_QUERY) {
                    ByteBuf answer =
                            resolver.take(query, () -> new UdpClient(context.channel(), packet.sender()), false);
                    if (answer != null) {
                        context.write(new DatagramPacket(answer, packet.sender()), context.voidPromise());
                    }
                }
            } finally {
                packet.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        /** A caller that has gone is nobody's loss. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
    }

    private record UdpClient(Channel channel, InetSocketAddress caller) implements Client {
        @Override
        public boolean isTcp() {
            return false;
        }

        @Override
        public void answer(ByteBuf reply) {
            channel.writeAndFlush(new DatagramPacket(reply, caller), channel.voidPromise());
        }
    }

    private final class Connections extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            if (closed || connections >= MOST_CONNECTIONS) {
                channel.close();
                return;
            }
            connections++;
            channels.add(channel);
            channel.closeFuture().addListener(gone -> {
                connections--;
                channels.remove(channel);
            });
            channel.pipeline()
                    .addLast(
                            new IdleStateHandler(0, 0, IDLE_SECONDS),
                            new LengthFieldBasedFrameDecoder(LONGEST_QUERY, 0, 2, 0, 2),
                            new LengthFieldPrepender(2),
                            new ByTcp());
        }
    }

    private final class ByTcp extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf query = (ByteBuf) message;
            try {
                @Nullable ByteBuf answer = resolver.take(query, () -> new TcpClient(context.channel()), true);
                if (answer != null) {
                    context.write(answer, context.voidPromise());
                }
            } finally {
                query.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        /** Who does not read what it asked for is not read any more. */
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof IdleStateEvent) {
                context.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private record TcpClient(Channel channel) implements Client {
        @Override
        public boolean isTcp() {
            return true;
        }

        @Override
        public void answer(ByteBuf reply) {
            channel.writeAndFlush(reply, channel.voidPromise());
        }
    }
}
