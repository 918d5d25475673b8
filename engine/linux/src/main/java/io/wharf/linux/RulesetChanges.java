package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.netty.channel.IoEventLoop;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Tells of every change of the packet filter rules of this namespace, whoever makes it (the multicast group of
 * linux/netfilter/nf_tables.h).
 *
 * <p>Costs nothing while nobody changes anything. What a change consists of comes in order and ends with its generation;
 * where more happened than the kernel kept for us, that is told instead.
 */
public final class RulesetChanges implements AutoCloseable {
    private static final int GROUP_NFTABLES = 7;
    /** struct sockaddr_nl. */
    private static final int ADDRESS_BYTES = 12;

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int RECEIVE_BUFFER = 2 << 20;
    private static final int SUBSYSTEM_NFTABLES = 10;
    private static final int NFGENMSG_BYTES = 4;
    private static final int RECEIVE_BYTES = 32 << 10;
    /** Reads in one turn of the loop; others want their turn too. */
    private static final int READS_A_TURN = 16;

    private static final int DELTABLE = 2;
    private static final int NEWCHAIN = 3;
    private static final int DELCHAIN = 5;
    private static final int NEWRULE = 6;
    private static final int DELRULE = 8;
    private static final int DELSET = 11;
    private static final int DELSETELEM = 14;
    private static final int NEWGEN = 15;
    private static final int FIRST = 1;
    private static final int SECOND = 2;
    private static final int THIRD = 3;
    private static final int HOOK = 4;

    /** What was changed. */
    public enum Part {
        TABLE_GONE,
        CHAIN_NEW,
        CHAIN_GONE,
        RULE_NEW,
        RULE_GONE,
        SET_GONE,
        ELEMENT_GONE
    }

    /** Who wants to know; called on the event loop. */
    public interface Listener {
        /**
         * One part of a change.
         *
         * @param table its name, without the family
         * @param within the chain or set that was changed; empty for a table
         * @param isBase whether the chain is called by the kernel itself; known of new and lost chains only
         */
        void changed(Part part, String table, String within, boolean isBase);

        /** All of one change has been told. */
        void committed(int generation);

        /** Something was changed, and nobody knows what. */
        void missed();
    }

    private final Fd socket;
    private final Listener listener;
    private final Readiness readiness;

    private RulesetChanges(Fd socket, IoEventLoop loop, Listener listener) {
        this.socket = socket;
        this.listener = listener;
        this.readiness = Readiness.watch(loop, socket, Readiness.Interest.READ, this::read);
    }

    /** Begins to listen. */
    public static RulesetChanges watch(IoEventLoop loop, Listener listener) {
        var flags = NetlinkSocket.SOCK_RAW | OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK;
        var number = Native.syscall(Nr.SOCKET, NetlinkSocket.AF_NETLINK, flags, NetlinkSocket.NETLINK_NETFILTER);
        var socket = Fd.own(Check.fd("socket", number, "AF_NETLINK", "NETLINK_NETFILTER"));
        try {
            // Others write ten thousand rules at a time; memory is used only while messages wait.
            enlarge(socket);
            bind(socket);
            return new RulesetChanges(socket, loop, listener);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** A member of the group; one that was never bound hears nothing. */
    private static void bind(Fd socket) {
        var at = Scratch.get().zeroed(ADDRESS_BYTES);
        at.set(JAVA_SHORT, 0, (short) NetlinkSocket.AF_NETLINK);
        at.set(JAVA_INT, 8, 1 << (GROUP_NFTABLES - 1));
        Check.that("bind", Native.syscall(Nr.BIND, socket.value(), at.address(), ADDRESS_BYTES), "NFNLGRP_NFTABLES");
    }

    private static void enlarge(Fd socket) {
        try {
            InetSockets.option(socket, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
        } catch (LinuxException e) {
            // Less room means that more is missed at once, which is told.
            org.slf4j.LoggerFactory.getLogger(RulesetChanges.class).debug("Small receive buffer: {}", e.getMessage());
        }
    }

    private void read(Readiness watch) {
        for (var reads = 0; reads < READS_A_TURN; reads++) {
            var data = Scratch.get().data(RECEIVE_BYTES);
            var count = Native.syscall(Nr.RECVFROM, socket.value(), data.address(), RECEIVE_BYTES, 0, 0, 0);
            if (count == -Errno.EAGAIN) {
                return;
            }
            if (count == -Errno.ENOBUFS) {
                listener.missed();
            } else if (count > 0) {
                decode(ByteBuffer.wrap(data.asSlice(0, count).toArray(JAVA_BYTE))
                        .order(ByteOrder.nativeOrder()));
            } else if (count != -Errno.EINTR) {
                return;
            }
        }
        watch.again();
    }

    private void decode(ByteBuffer in) {
        while (in.remaining() >= NetlinkMessage.HEADER_BYTES + NFGENMSG_BYTES) {
            var start = in.position();
            var size = in.getInt(start);
            var type = in.getShort(start + 4) & 0xffff;
            if (size < NetlinkMessage.HEADER_BYTES + NFGENMSG_BYTES || size > in.remaining()) {
                return;
            }
            if (type >> 8 == SUBSYSTEM_NFTABLES) {
                var skip = NetlinkMessage.HEADER_BYTES + NFGENMSG_BYTES;
                tell(type & 0xff, in.slice(start + skip, size - skip));
            }
            in.position(Math.min(in.limit(), start + ((size + 3) & ~3)));
        }
    }

    private void tell(int message, ByteBuffer body) {
        switch (message) {
            case DELTABLE -> part(Part.TABLE_GONE, body, 0);
            case NEWCHAIN -> part(Part.CHAIN_NEW, body, THIRD);
            case DELCHAIN -> part(Part.CHAIN_GONE, body, THIRD);
            case NEWRULE -> part(Part.RULE_NEW, body, SECOND);
            case DELRULE -> part(Part.RULE_GONE, body, SECOND);
            case DELSET -> part(Part.SET_GONE, body, SECOND);
            case DELSETELEM -> part(Part.ELEMENT_GONE, body, SECOND);
            case NEWGEN -> listener.committed(generation(body));
            default -> {}
        }
    }

    /** The table is the first attribute of all of them. */
    private void part(Part part, ByteBuffer body, int within) {
        String table = "";
        String inner = "";
        var base = false;
        // Walked by hand: a rule's attributes are many, and only the first two matter.
        var at = 0;
        while (at + 4 <= body.limit()) {
            var length = body.order(ByteOrder.nativeOrder()).getShort(at) & 0xffff;
            var type = body.getShort(at + 2) & 0x3fff;
            if (length < 4 || at + length > body.limit()) {
                break;
            }
            if (type == FIRST) {
                table = text(body, at + 4, length - 4);
            } else if (type == within) {
                inner = text(body, at + 4, length - 4);
                if (within == SECOND) {
                    break;
                }
            } else if (within == THIRD && type == HOOK) {
                base = true;
            }
            at += (length + 3) & ~3;
        }
        listener.changed(part, table, inner, base);
    }

    private static String text(ByteBuffer body, int at, int length) {
        var bytes = new byte[Math.max(0, length - 1)];
        body.get(at, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * The number of the latest change in this namespace: each adds one. Takes some microseconds.
     *
     * @throws LinuxException where the kernel does not tell
     */
    public static int generation() {
        try (var socket = new NetlinkSocket(NetlinkSocket.NETLINK_NETFILTER)) {
            return generation(socket);
        }
    }

    static int generation(NetlinkSocket socket) {
        var request = new NetlinkMessage(SUBSYSTEM_NFTABLES << 8 | 16, NetlinkMessage.NLM_F_ACK).bytes(0, 0, 0, 0);
        return socket.request("NFT_MSG_GETGEN", request).stream()
                .map(answer -> generation(
                        answer.body().slice(NFGENMSG_BYTES, answer.body().limit() - NFGENMSG_BYTES)))
                .findFirst()
                .orElse(0);
    }

    private static int generation(ByteBuffer body) {
        Optional<ByteBuffer> id = new NetlinkAttributes(body).buffer(FIRST);
        return id.map(value -> value.order(ByteOrder.BIG_ENDIAN).getInt(0)).orElse(0);
    }

    @Override
    public void close() {
        readiness.cancel(socket::close);
    }
}
