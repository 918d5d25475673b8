package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import java.util.List;
import java.util.function.Supplier;

/** Begins to ask others; one for all containers. */
final class Forwarding {
    private final Supplier<IoEventLoop> loop;

    Forwarding(Supplier<IoEventLoop> loop) {
        this.loop = loop;
    }

    /**
     * Asks these servers, in this order.
     *
     * @param query stays the caller's
     * @param ended runs once, when the client has its answer
     */
    void begin(ByteBuf query, Question question, List<Upstream> servers, Client client, Reply reply, Runnable ended) {
        byte[] copy = new byte[query.readableBytes()];
        query.getBytes(query.readerIndex(), copy);
        new Forwarded(loop.get(), copy, question, servers, client, reply, ended).begin();
    }
}
