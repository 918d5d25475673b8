package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.Future;
import io.wharf.linux.AdoptedChannels;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.InetSockets;
import io.wharf.linux.Readiness;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A TCP connection to a server for one question, which is rare: for callers by TCP, and for what is too long for UDP. */
final class TcpLine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TcpLine.class);

    private final Upstream server;
    private final byte[] query;
    private final Asker asker;
    private final Future<?> patience;
    private @Nullable Fd socket;
    private @Nullable Readiness connecting;
    private @Nullable Channel channel;
    private boolean closed;

    private TcpLine(Upstream server, byte[] query, Asker asker) {
        this.server = server;
        this.query = query;
        this.asker = asker;
        server.opened(this);
        patience =
                server.loop().schedule(() -> giveUp("no answer"), server.waits().patienceNanos(), TimeUnit.NANOSECONDS);
    }

    static void ask(Upstream server, byte[] query, Asker asker) {
        TcpLine line = new TcpLine(server, query, asker);
        server.outlet().tcp(server.address()).onComplete(line::connect, failed -> line.giveUp(failed.getMessage()));
    }

    private void connect(Fd made) {
        if (closed) {
            made.close();
            return;
        }
        socket = made;
        try {
            InetSockets.connect(made, server.address(), server.port());
        } catch (RuntimeException e) {
            giveUp(e.getMessage());
            return;
        }
        connecting = Readiness.watch(server.loop(), made, Readiness.Interest.WRITE, () -> decided(made));
    }

    private void decided(Fd made) {
        Readiness watch = connecting;
        if (closed || watch == null) {
            return;
        }
        int errno = InetSockets.failure(made);
        if (errno != 0) {
            giveUp(Errno.text(errno));
            return;
        }
        connecting = null;
        watch.cancel(() -> adopt(made));
    }

    private void adopt(Fd made) {
        if (closed) {
            return;
        }
        socket = null;
        AdoptedChannels.stream(server.loop(), made, new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline()
                                .addLast(new LengthFieldBasedFrameDecoder(0xffff + 2, 0, 2, 0, 2), new Replies());
                    }
                })
                .onComplete(this::connected, failed -> giveUp(failed.getMessage()));
    }

    private void connected(Channel made) {
        channel = made;
        if (closed) {
            made.close();
            return;
        }
        ByteBuf packet = made.alloc().directBuffer(2 + query.length);
        made.writeAndFlush(packet.writeShort(query.length).writeBytes(query));
    }

    private void giveUp(@Nullable String reason) {
        if (!closed) {
            LOG.debug("No answer by TCP from {}: {}", server, reason);
            server.kept();
            close();
        }
    }

    /** Ends it; who still waits hears that there is no answer. */
    @Override
    public void close() {
        if (end()) {
            asker.unheard(server);
        }
    }

    private boolean end() {
        if (closed) {
            return false;
        }
        closed = true;
        patience.cancel(false);
        server.ended(this);
        Fd open = socket;
        Readiness watch = connecting;
        if (watch != null && open != null) {
            watch.cancel(open::close);
        } else if (open != null) {
            open.close();
        }
        if (channel != null) {
            channel.close();
        }
        return true;
    }

    private final class Replies extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf reply = (ByteBuf) message;
            if (closed || reply.readableBytes() < Message.HEADER_BYTES || !asker.heard(server, reply)) {
                reply.release();
                giveUp("not what was asked for");
                return;
            }
            server.spoke();
            end();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            giveUp("closed");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            giveUp(cause.getMessage());
        }
    }
}
