package io.wharf.networking.ports;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.wharf.linux.AdoptedChannels;
import io.wharf.linux.Fd;
import io.wharf.linux.InetSockets;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Readiness;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries TCP connections: one socket to the caller, one to the container, on the event loop of the verticle. Each side is
 * read only as fast as the other is written; the end of one direction is passed on while the other goes on. A listening
 * socket that nobody calls costs its descriptor and a watch.
 */
final class TcpRelay implements Relay {
    private static final Logger LOG = LoggerFactory.getLogger(TcpRelay.class);
    private static final int ACCEPTS_A_TURN = 64;
    private static final int CONNECT_MILLIS = 10_000;
    /** Of descriptors: looked again when some may have been given back. */
    private static final long SHORTAGE_MILLIS = 500;

    private final IoEventLoop loop;
    private final Fd listener;
    private final InetSocketAddress target;
    private final Readiness readiness;
    private boolean closed;

    TcpRelay(IoEventLoop loop, Fd listener, InetSocketAddress target) {
        this.loop = loop;
        this.listener = listener;
        this.target = target;
        this.readiness = Readiness.watch(loop, listener, this::accept);
    }

    private void accept() {
        try {
            for (int i = 0; i < ACCEPTS_A_TURN && !closed; i++) {
                Optional<Fd> caller = InetSockets.accept(listener);
                if (caller.isEmpty()) {
                    return;
                }
                carry(caller.get());
            }
            again();
        } catch (LinuxException e) {
            LOG.warn("Cannot take a connection to a published port: {}", e.getMessage());
            loop.schedule(this::again, SHORTAGE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void again() {
        if (!closed) {
            readiness.again();
        }
    }

    private void carry(Fd socket) {
        Side caller = new Side();
        AdoptedChannels.tcp(loop, socket, caller)
                .onSuccess(channel -> new Bootstrap()
                        .group(loop)
                        .channel(EpollSocketChannel.class)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .option(ChannelOption.AUTO_READ, false)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                        .handler(new Side(channel))
                        .connect(target)
                        .addListener((ChannelFutureListener) connected -> {
                            if (connected.isSuccess()) {
                                caller.begin(connected.channel());
                            } else {
                                // As the container would have: refused.
                                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                                channel.close();
                            }
                        }));
    }

    @Override
    public void close() {
        closed = true;
        readiness.cancel(listener::close);
    }

    /** One of the two ends. */
    private static final class Side extends ChannelInboundHandlerAdapter {
        private @org.jspecify.annotations.Nullable Channel self;
        private @org.jspecify.annotations.Nullable Channel other;
        private boolean ended;

        Side() {}

        Side(Channel other) {
            this.other = other;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            self = context.channel();
        }

        /** The other end is there: both begin to be read. */
        void begin(Channel connected) {
            other = connected;
            Channel mine = self;
            if (mine == null || !mine.isActive()) {
                connected.close();
                return;
            }
            mine.config().setAutoRead(true);
            connected.config().setAutoRead(true);
        }

        private Channel peer() {
            return java.util.Objects.requireNonNull(other, "read before the other end was there");
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            peer().write(bytes);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            peer().flush();
            if (!peer().isWritable()) {
                context.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (other != null) {
                other.config().setAutoRead(context.channel().isWritable());
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent && !ended) {
                ended = true;
                peer().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                    ((DuplexChannel) peer()).shutdownOutput();
                    if (((DuplexChannel) context.channel()).isOutputShutdown()) {
                        context.close();
                        peer().close();
                    }
                });
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (other != null && other.isActive()) {
                other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            LOG.debug("Connection to a published port ended: {}", failure.getMessage());
            reset(context.channel());
            if (other != null) {
                reset(other);
            }
        }

        /** What broke on one side does not look like an end on the other. */
        private static void reset(Channel channel) {
            if (channel.isOpen()) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                channel.close();
            }
        }
    }
}
