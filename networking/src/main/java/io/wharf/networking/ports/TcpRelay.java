package io.wharf.networking.ports;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
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
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries TCP connections: one socket to the caller, one to the container, on the event loop of the verticle. Each side is
 * read only as fast as the other is written; the end of one direction is passed on while the other goes on. A listening
 * socket that nobody calls costs its descriptor and a watch.
 *
 * <p>A caller becomes a channel only when the container is connected: one that has sent and ended is read whether that is
 * asked for or not, and what it sent must have somewhere to go.
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
    private final RelayLimit limit;
    private final Runnable later = this::again;
    private int carried;
    private boolean closed;

    TcpRelay(IoEventLoop loop, Fd listener, InetSocketAddress target, RelayLimit limit) {
        this.loop = loop;
        this.listener = listener;
        this.target = target;
        this.limit = limit;
        this.readiness = Readiness.watch(loop, listener, this::accept);
    }

    private void accept() {
        try {
            for (int i = 0; i < ACCEPTS_A_TURN && !closed; i++) {
                if (!limit.hasRoom(carried, later)) {
                    return;
                }
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
        carried++;
        limit.begun();
        new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new Side())
                .connect(target)
                .addListener((ChannelFutureListener) connected -> adopt(socket, connected));
    }

    private void adopt(Fd socket, ChannelFuture connected) {
        Channel container = connected.channel();
        AdoptedChannels.tcp(loop, socket, new Side()).onComplete(caller -> {
            if (caller.succeeded() && connected.isSuccess()) {
                join(caller.result(), container);
                caller.result()
                        .closeFuture()
                        .addListener(gone -> container.closeFuture().addListener(both -> ended()));
                return;
            }
            if (caller.succeeded()) {
                // As the container would have: refused.
                Side.reset(caller.result());
            }
            container.close();
            ended();
        });
    }

    private static void join(Channel caller, Channel container) {
        caller.pipeline().get(Side.class).begin(container);
        container.pipeline().get(Side.class).begin(caller);
        caller.config().setAutoRead(true);
        container.config().setAutoRead(true);
    }

    private void ended() {
        carried--;
        limit.ended();
        again();
    }

    @Override
    public void close() {
        closed = true;
        limit.forget(later);
        readiness.cancel(listener::close);
    }

    /** One of the two ends. */
    private static final class Side extends ChannelInboundHandlerAdapter {
        private @Nullable Channel other;
        private boolean ended;

        void begin(Channel connected) {
            other = connected;
        }

        private Channel peer() {
            return Objects.requireNonNull(other, "read before the other end was there");
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
