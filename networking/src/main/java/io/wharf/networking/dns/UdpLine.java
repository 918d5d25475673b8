package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.concurrent.Future;
import io.wharf.linux.AdoptedChannels;
import io.wharf.linux.Fd;
import io.wharf.linux.InetSockets;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One UDP socket to a server, which all questions of some seconds share, told apart by ids that nobody can guess. It is
 * connected, so that only the server's own packets come in, and its host's word that nobody listens there.
 */
final class UdpLine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UdpLine.class);
    /** What is longer counts as truncated. */
    private static final int RECEIVE_BYTES = 8 << 10;

    private static final int MOST_OPEN = 8192;
    private static final int LOOKS = 8;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Upstream server;
    private final IntObjectHashMap<Asked> byId = new IntObjectHashMap<>();
    /** In the order of their asking, which is that of their ends; some that are answered may still be among them. */
    private final Deque<Asked> inOrder = new ArrayDeque<>();

    private final long born = System.nanoTime();
    private final byte[] ids = new byte[256];
    private int nextId = ids.length;
    private long lastUse = born;
    private @Nullable Channel channel;
    private @Nullable Future<?> looking;
    private boolean retired;
    private boolean closed;

    /** A question on its way; {@code query} only until it is sent, {@code asker} until there is an answer or none. */
    private static final class Asked {
        private final int id;
        private final long begun;
        private @Nullable Asker asker;
        private byte @Nullable [] query;

        private Asked(int id, byte[] query, Asker asker) {
            this.id = id;
            this.begun = System.nanoTime();
            this.query = query;
            this.asker = asker;
        }
    }

    UdpLine(Upstream server) {
        this.server = server;
        server.opened(this);
        lookLater();
        server.outlet().udp(server.address()).compose(this::connect).onComplete(this::connected, this::failed);
    }

    private io.vertx.core.Future<? extends Channel> connect(Fd socket) {
        try {
            InetSockets.connect(socket, server.address(), server.port());
        } catch (RuntimeException e) {
            socket.close();
            return io.vertx.core.Future.failedFuture(e);
        }
        return AdoptedChannels.datagram(server.loop(), socket, new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel made) {
                made.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(RECEIVE_BYTES));
                made.pipeline().addLast(new Replies());
            }
        });
    }

    private void connected(Channel made) {
        channel = made;
        if (closed) {
            made.close();
            return;
        }
        List.copyOf(inOrder).forEach(this::send);
    }

    private void failed(Throwable cause) {
        LOG.debug("Cannot ask {}: {}", server, cause.getMessage());
        giveUpAll();
        close();
    }

    boolean isClosed() {
        return closed;
    }

    boolean isFull() {
        return byId.size() >= MOST_OPEN;
    }

    long ageNanos() {
        return System.nanoTime() - born;
    }

    void ask(byte[] query, Asker asker) {
        // Where there is no way to the server, that is known before the first question.
        if (closed || isFull()) {
            asker.unheard(server);
            return;
        }
        lastUse = System.nanoTime();
        int id = randomId();
        while (byId.containsKey(id)) {
            id = randomId();
        }
        Asked asked = new Asked(id, query, asker);
        byId.put(id, asked);
        inOrder.add(asked);
        if (channel != null) {
            send(asked);
        }
    }

    private int randomId() {
        if (nextId == ids.length) {
            RANDOM.nextBytes(ids);
            nextId = 0;
        }
        int high = ids[nextId++] & 0xff;
        return (high << Byte.SIZE) | (ids[nextId++] & 0xff);
    }

    private void send(Asked asked) {
        byte[] query = asked.query;
        Channel to = channel;
        if (query == null || to == null) {
            return;
        }
        asked.query = null;
        ByteBuf packet = to.alloc().directBuffer(query.length);
        packet.writeBytes(query).setShort(0, asked.id);
        to.writeAndFlush(packet).addListener(sent -> {
            if (!sent.isSuccess()) {
                LOG.debug("Cannot ask {}: {}", server, sent.cause().getMessage());
                giveUp(asked);
            }
        });
    }

    /** Takes no more; ends when all is answered or over. */
    void retire() {
        retired = true;
        closeIfDone();
    }

    private void closeIfDone() {
        if (byId.isEmpty() && (retired || System.nanoTime() - lastUse > IDLE_NANOS)) {
            close();
        }
    }

    private void lookLater() {
        looking = server.loop().schedule(this::look, server.waits().patienceNanos() / LOOKS, TimeUnit.NANOSECONDS);
    }

    private void look() {
        long over = System.nanoTime() - server.waits().patienceNanos();
        while (!inOrder.isEmpty() && inOrder.peek().begun - over <= 0) {
            giveUp(inOrder.peek());
        }
        closeIfDone();
        if (!closed) {
            lookLater();
        }
    }

    private void giveUp(Asked asked) {
        Asker asker = asked.asker;
        if (asker != null) {
            settle(asked);
            server.missed(asked.begun);
            asker.unheard(server);
        }
    }

    private void settle(Asked asked) {
        byId.remove(asked.id);
        asked.asker = null;
        while (!inOrder.isEmpty() && inOrder.peek().asker == null) {
            inOrder.remove();
        }
    }

    private void giveUpAll() {
        List.copyOf(byId.values()).forEach(this::giveUp);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        server.ended(this);
        if (looking != null) {
            looking.cancel(false);
        }
        if (channel != null) {
            channel.close();
        }
        giveUpAll();
        inOrder.clear();
    }

    private void heard(ByteBuf packet) {
        if (packet.readableBytes() < Message.HEADER_BYTES
                || (packet.getUnsignedShort(packet.readerIndex() + Message.FLAGS) & Message.RESPONSE) == 0) {
            return;
        }
        Asked asked = byId.get(packet.getUnsignedShort(packet.readerIndex()));
        Asker asker = asked == null ? null : asked.asker;
        if (asked == null || asker == null) {
            return;
        }
        if (packet.readableBytes() == RECEIVE_BYTES) {
            Reply.truncated(packet);
        }
        if (asker.heard(server, packet.retain())) {
            settle(asked);
            server.spoke();
        } else {
            packet.release();
        }
    }

    private final class Replies extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            try {
                heard(packet.content());
            } finally {
                packet.release();
            }
        }

        /** Its host says that nobody listens there, or that there is no way. All else is the trouble of one question. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!(cause instanceof IOException)) {
                LOG.warn("An answer of {} is lost", server, cause);
                return;
            }
            LOG.debug("No answer from {}: {}", server, cause.getMessage());
            giveUpAll();
        }
    }
}
