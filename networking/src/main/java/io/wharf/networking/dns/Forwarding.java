package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import java.util.List;
import java.util.function.Supplier;

/** Begins to ask others; one for all containers. */
final class Forwarding {
    /** Questions of all containers together, but for those few that each has for sure: what they hold is bounded. */
    static final int MOST = 8192;

    private final Supplier<IoEventLoop> loop;
    private int underWay;

    Forwarding(Supplier<IoEventLoop> loop) {
        this.loop = loop;
    }

    int free() {
        return MOST - underWay;
    }

    void taken() {
        underWay++;
    }

    void given() {
        underWay--;
    }

    /**
     * Asks these servers.
     *
     * @param query stays the caller's
     * @param servers as they were named
     * @param allowance where a place for the question is taken, which ends with it
     */
    void begin(
            ByteBuf query, Question question, List<Upstream> servers, Client client, Reply reply, Allowance allowance) {
        byte[] copy = new byte[query.readableBytes()];
        query.getBytes(query.readerIndex(), copy);
        new Forwarded(loop.get(), copy, question, servers, client, reply, allowance).begin();
    }
}
