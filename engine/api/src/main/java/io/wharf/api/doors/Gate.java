package io.wharf.api.doors;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stands behind a listening socket and lets connections through to the HTTP server, with TLS in front of it where that is
 * wanted.
 *
 * <p>Whoever has not yet sent a request is a stranger. There are only so many of them at a time: while all places are taken
 * no connection is accepted, and the kernel keeps some more waiting. A stranger has a time for its handshake and for the
 * head of its first request; after that it is gone, and its place is free. While others wait, one second has to do: a thousand
 * that never finish their handshake hold up nobody for long.
 */
final class Gate extends ChannelInboundHandlerAdapter {
    private static final AttributeKey<Stranger> STRANGER = AttributeKey.valueOf("wharf.stranger");
    private static final int STRANGERS = 256;
    private static final int HANDSHAKE_SECONDS = 10;
    private static final int HEAD_SECONDS = 60;
    private static final long PRESSED_MILLIS = 1000;

    private final Channel server;
    private final @Nullable SslContext tls;
    private final int places;
    private final int headSeconds;
    private final long pressedMillis;
    private final AtomicInteger strangers = new AtomicInteger();
    /** In the order in which they came. */
    private final Queue<Stranger> waiting = new ConcurrentLinkedQueue<>();

    private boolean pressing;
    private @Nullable ChannelHandlerContext listening;

    /**
     * A gate to a server.
     *
     * @param server the listening channel of the HTTP server; what is read there is a connection for it
     * @param tls in front of each connection, or null for none
     */
    Gate(Channel server, @Nullable SslContext tls) {
        this(server, tls, STRANGERS, HEAD_SECONDS, PRESSED_MILLIS);
    }

    Gate(Channel server, @Nullable SslContext tls, int places, int headSeconds, long pressedMillis) {
        this.server = server;
        this.tls = tls;
        this.places = places;
        this.headSeconds = headSeconds;
        this.pressedMillis = pressedMillis;
    }

    /** A connection has sent the head of a request, the first or a later one. */
    static void arrived(Channel connection) {
        Stranger stranger = connection.attr(STRANGER).getAndSet(null);
        if (stranger != null) {
            stranger.leave();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        listening = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        Channel connection = (Channel) accepted;
        if (connection instanceof SocketChannel) {
            connection.config().setOption(ChannelOption.TCP_NODELAY, true);
            // Streams may be silent for days: a peer that vanished is found out by the kernel.
            connection.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        }
        if (tls != null) {
            connection.pipeline().addLast("clear", new ClearText());
            SslHandler handler = tls.newHandler(connection.alloc());
            handler.setHandshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
            connection.pipeline().addLast("ssl", handler);
        }
        if (strangers.incrementAndGet() >= places) {
            context.channel().config().setAutoRead(false);
            // One may have left in between, on another thread, and it alone would have said so.
            if (strangers.get() < places) {
                context.channel().config().setAutoRead(true);
            }
        }
        Stranger stranger = new Stranger(
                connection,
                context.executor()
                        .schedule(
                                () -> {
                                    if (connection.attr(STRANGER).get() != null) {
                                        connection.close();
                                    }
                                },
                                headSeconds,
                                TimeUnit.SECONDS));
        connection.attr(STRANGER).set(stranger);
        waiting.add(stranger);
        connection.closeFuture().addListener((ChannelFuture closed) -> arrived(closed.channel()));
        server.pipeline().fireChannelRead(connection);
        if (!pressing) {
            press(context);
        }
    }

    /** While all places are taken, whoever has had its second and is longest here makes room for who waits outside. */
    private void press(ChannelHandlerContext context) {
        pressing = false;
        Stranger longest = waiting.peek();
        if (strangers.get() < places || longest == null) {
            return;
        }
        long left = pressedMillis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - longest.since);
        if (left <= 0) {
            longest.connection.close();
            return;
        }
        pressing = true;
        var _ = context.executor().schedule(() -> press(context), left, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // Not for the server, whose own channel has read nothing.
    }

    /** One that has not sent a request yet. */
    private final class Stranger {
        private final Channel connection;
        private final Future<?> patience;
        private final long since = System.nanoTime();

        private Stranger(Channel connection, Future<?> patience) {
            this.connection = connection;
            this.patience = patience;
        }

        private void leave() {
            patience.cancel(false);
            waiting.remove(this);
            ChannelHandlerContext gate = listening;
            if (strangers.getAndDecrement() == places && gate != null) {
                gate.channel().config().setAutoRead(true);
            }
        }
    }
}
