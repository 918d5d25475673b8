package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One netlink socket: sends a request, reads its answers to the end, turns refusals into exceptions. */
final class NetlinkSocket implements AutoCloseable {
    static final int NETLINK_ROUTE = 0;
    static final int NETLINK_NETFILTER = 12;

    static final int AF_NETLINK = 16;
    static final int SOCK_RAW = 3;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLM_F_DUMP_INTR = 0x10;
    private static final int NLM_F_ACK_TLVS = 0x200;
    private static final int NLMSGERR_ATTR_MSG = 1;
    /** The kernel fills dumps up to 32 KiB a message. */
    private static final int RECEIVE_BYTES = 64 << 10;

    private static final int DUMP_TRIES = 10;

    private final Fd socket;
    private int sequence;

    /** Of a family of netlink(7). */
    NetlinkSocket(int family) {
        var number = Native.syscall(Nr.SOCKET, AF_NETLINK, SOCK_RAW | OpenFlags.O_CLOEXEC, family);
        socket = Fd.own(Check.fd("socket", number, "AF_NETLINK", family));
        InetSockets.option(socket, SOL_NETLINK, NETLINK_EXT_ACK, 1);
        InetSockets.option(socket, SOL_NETLINK, NETLINK_CAP_ACK, 1);
        try {
            // Dumps are filtered by the kernel; one before Linux 5.0 sends everything, and readers choose.
            InetSockets.option(socket, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOPROTOOPT)) {
                throw e;
            }
        }
    }

    /** One answer: its type and what follows its header. */
    record Answer(int type, ByteBuffer body) {}

    /** Sends a request whose flags hold NLM_F_ACK; the answers before the acknowledgement. */
    synchronized List<Answer> request(String call, NetlinkMessage message, Object... arguments) {
        var answers = new ArrayList<Answer>();
        exchange(call, message, answers::add, arguments);
        return answers;
    }

    /** Asks for a dump; again where a change in the middle made it inconsistent. */
    synchronized List<Answer> dump(String call, NetlinkMessage message) {
        for (var attempt = 1; ; attempt++) {
            var answers = new ArrayList<Answer>();
            if (exchange(call, message, answers::add) || attempt == DUMP_TRIES) {
                return answers;
            }
        }
    }

    /** Asks for a dump and hands on each answer as it comes; what changes meanwhile may be told twice or not at all. */
    synchronized void each(String call, NetlinkMessage message, Consumer<Answer> answers) {
        exchange(call, message, answers);
    }

    /** True where nothing changed during a dump. */
    private boolean exchange(String call, NetlinkMessage message, Consumer<Answer> answers, Object... arguments) {
        var expected = ++sequence;
        var out = message.finish(expected);
        var data = Scratch.get().data(RECEIVE_BYTES);
        var length = out.remaining();
        data.asByteBuffer().put(out);
        Check.that(call, Native.syscall(Nr.SENDTO, socket.value(), data.address(), length, 0, 0, 0), arguments);
        var consistent = true;
        while (true) {
            var count = Native.syscall(Nr.RECVFROM, socket.value(), data.address(), RECEIVE_BYTES, 0, 0, 0);
            if (count == -Errno.EINTR) {
                continue;
            }
            Check.that(call, count, arguments);
            // Copied out: what the answers become may use this thread's buffers.
            var in = ByteBuffer.wrap(data.asSlice(0, count).toArray(JAVA_BYTE)).order(ByteOrder.nativeOrder());
            while (in.remaining() >= NetlinkMessage.HEADER_BYTES) {
                var start = in.position();
                var size = in.getInt(start);
                var type = in.getShort(start + 4) & 0xffff;
                var flags = in.getShort(start + 6) & 0xffff;
                var body = in.slice(start + NetlinkMessage.HEADER_BYTES, size - NetlinkMessage.HEADER_BYTES)
                        .order(ByteOrder.nativeOrder());
                in.position(Math.min(in.limit(), start + ((size + 3) & ~3)));
                if (in.getInt(start + 8) != expected) {
                    // Left from a request that was given up.
                    continue;
                }
                consistent &= (flags & NLM_F_DUMP_INTR) == 0;
                switch (type) {
                    case NLMSG_DONE -> {
                        return consistent;
                    }
                    case NLMSG_ERROR -> {
                        refuse(call, body, flags, arguments);
                        return consistent;
                    }
                    default -> answers.accept(new Answer(type, body));
                }
            }
        }
    }

    private static void refuse(String call, ByteBuffer body, int flags, Object... arguments) {
        var errno = -body.getInt(0);
        if (errno == 0) {
            return;
        }
        var reason = "";
        if ((flags & NLM_F_ACK_TLVS) != 0) {
            var skip = 4 + NetlinkMessage.HEADER_BYTES;
            reason = new NetlinkAttributes(body.slice(skip, body.limit() - skip))
                    .text(NLMSGERR_ATTR_MSG)
                    .orElse("");
        }
        throw LinuxException.because(call, errno, reason, arguments);
    }

    @Override
    public void close() {
        socket.close();
    }
}
