package io.wharf.linux;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * Makes Netty channels of sockets that were opened elsewhere: in a namespace, or of a kind Netty does not open itself.
 *
 * <p>The channel owns the descriptor from the call on and closes it, also where registering fails.
 */
public final class AdoptedChannels {
    /** A conmon attach packet has up to 8,193 bytes; a shorter read would lose the packet's rest. */
    private static final int PACKET_BYTES = 16 << 10;

    private AdoptedChannels() {}

    /**
     * A connected unix socket. Half closure is allowed: the peer's end of output leaves our writing side open. With
     * packets each read is one packet of up to 16 KiB.
     */
    public static Future<DomainSocketChannel> unixSocket(
            IoEventLoop loop, Fd socket, UnixSockets.Type type, ChannelInitializer<? super Channel> initializer) {
        Descriptors.nonBlocking(socket, true);
        var channel = new EpollDomainSocketChannel(socket.release());
        channel.config().setAllowHalfClosure(true);
        if (type == UnixSockets.Type.SEQPACKET) {
            channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(PACKET_BYTES));
        }
        return register(loop, channel, initializer);
    }

    /**
     * A connected TCP socket. Half closure is allowed, and nothing is read before the first {@code read()}: its other end
     * may not be there yet.
     */
    public static Future<SocketChannel> tcp(IoEventLoop loop, Fd socket, ChannelHandler handler) {
        Descriptors.nonBlocking(socket, true);
        var channel = new EpollSocketChannel(socket.release());
        channel.config().setAllowHalfClosure(true).setAutoRead(false).setTcpNoDelay(true);
        return register(loop, channel, handler);
    }

    /** A bound UDP socket, as one opened in a network namespace. */
    public static Future<DatagramChannel> datagram(
            IoEventLoop loop, Fd socket, ChannelInitializer<? super Channel> initializer) {
        Descriptors.nonBlocking(socket, true);
        return register(loop, new EpollDatagramChannel(socket.release()), initializer);
    }

    /** A connected TCP socket, as one that was connected in a network namespace. */
    public static Future<SocketChannel> stream(
            IoEventLoop loop, Fd socket, ChannelInitializer<? super Channel> initializer) {
        Descriptors.nonBlocking(socket, true);
        return register(loop, new EpollSocketChannel(socket.release()), initializer);
    }

    /** A listening TCP socket; connections are accepted on the same loop, each with the initializer's handlers. */
    public static Future<EpollServerSocketChannel> server(
            IoEventLoop loop, Fd socket, ChannelInitializer<? super Channel> connections) {
        Descriptors.nonBlocking(socket, true);
        return register(loop, new EpollServerSocketChannel(socket.release()), new Acceptor(loop, connections));
    }

    /** A server channel reads accepted connections, which only need a loop and their handlers. */
    private static final class Acceptor extends ChannelInboundHandlerAdapter {
        private final IoEventLoop loop;
        private final ChannelInitializer<? super Channel> connections;

        private Acceptor(IoEventLoop loop, ChannelInitializer<? super Channel> connections) {
            this.loop = loop;
            this.connections = connections;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            register(loop, (Channel) message, connections);
        }
    }

    private static <C extends Channel, T extends C> Future<C> register(
            IoEventLoop loop, T channel, ChannelHandler handler) {
        var promise = Promise.<C>promise();
        channel.pipeline().addLast(handler);
        var registered = new DefaultChannelPromise(channel, loop);
        channel.unsafe().register(loop, registered);
        registered.addListener(result -> {
            if (result.isSuccess()) {
                promise.complete(channel);
            } else {
                channel.unsafe().closeForcibly();
                promise.fail(result.cause());
            }
        });
        return promise.future();
    }
}
