package io.wharf.linux;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Predicate;

/** {@link Conntrack} of the running kernel. */
final class RealConntrack implements Conntrack {
    private static final int SUBSYSTEM = 1;
    private static final int GET = SUBSYSTEM << 8 | 1;
    private static final int DELETE = SUBSYSTEM << 8 | 2;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_TUPLE_REPLY = 2;
    private static final int CTA_ID = 12;
    private static final int CTA_ZONE = 18;
    private static final int CTA_FILTER = 25;
    private static final int CTA_FILTER_ORIG_FLAGS = 1;
    private static final int CTA_FILTER_PROTO_NUM = 1 << 3;
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_SRC_PORT = 2;
    private static final int CTA_PROTO_DST_PORT = 3;

    private final NetlinkSocket socket = new NetlinkSocket(NetlinkSocket.NETLINK_NETFILTER);

    @Override
    public int forget(int protocol, Predicate<Flow> gone) {
        return forget(AF_INET, protocol, gone) + forget(AF_INET6, protocol, gone);
    }

    private int forget(int family, int protocol, Predicate<Flow> gone) {
        // A kernel before 5.8 does not know the filter and tells of all, so what comes is looked at once more.
        var request = new NetlinkMessage(GET, NetlinkMessage.NLM_F_DUMP)
                .bytes(family, 0, 0, 0)
                .nested(
                        CTA_TUPLE_ORIG,
                        tuple -> tuple.nested(
                                CTA_TUPLE_PROTO, proto -> proto.attribute(CTA_PROTO_NUM, new byte[] {(byte) protocol})))
                .nested(CTA_FILTER, filter -> filter.attribute(CTA_FILTER_ORIG_FLAGS, CTA_FILTER_PROTO_NUM));
        var matching = new ArrayList<NetlinkAttributes>();
        socket.each("IPCTNL_MSG_CT_GET", request, answer -> {
            var body = answer.body();
            if (body.limit() >= 4 && (body.get(0) & 0xff) == family) {
                var attributes = new NetlinkAttributes(body.slice(4, body.limit() - 4));
                if (flow(attributes, protocol).filter(gone).isPresent()) {
                    matching.add(attributes);
                }
            }
        });
        return (int) matching.stream().filter(one -> delete(family, one)).count();
    }

    private static Optional<Flow> flow(NetlinkAttributes attributes, int protocol) {
        var original = attributes.nested(CTA_TUPLE_ORIG);
        var reply = attributes.nested(CTA_TUPLE_REPLY);
        var way = original.flatMap(tuple -> tuple.nested(CTA_TUPLE_PROTO));
        var back = reply.flatMap(tuple -> tuple.nested(CTA_TUPLE_PROTO));
        if (way.isEmpty()
                || back.isEmpty()
                || way.get().bytes(CTA_PROTO_NUM).map(bytes -> bytes[0] & 0xff).orElse(0) != protocol) {
            return Optional.empty();
        }
        var source = original.flatMap(tuple -> address(tuple, true));
        var destination = original.flatMap(tuple -> address(tuple, false));
        var answering = reply.flatMap(tuple -> address(tuple, true));
        if (source.isEmpty() || destination.isEmpty() || answering.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Flow(
                source.get(),
                destination.get(),
                port(way.get(), CTA_PROTO_SRC_PORT),
                port(way.get(), CTA_PROTO_DST_PORT),
                answering.get(),
                port(back.get(), CTA_PROTO_SRC_PORT)));
    }

    /** Types 1 and 2 are source and destination of IPv4, 3 and 4 those of IPv6. */
    private static Optional<InetAddress> address(NetlinkAttributes tuple, boolean source) {
        return tuple.nested(CTA_TUPLE_IP)
                .flatMap(ip -> ip.bytes(source ? 1 : 2).or(() -> ip.bytes(source ? 3 : 4)))
                .map(RealConntrack::inet);
    }

    private static InetAddress inet(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }

    private static int port(NetlinkAttributes proto, int type) {
        return proto.buffer(type)
                .map(value -> value.order(ByteOrder.BIG_ENDIAN).getShort(0) & 0xffff)
                .orElse(0);
    }

    private boolean delete(int family, NetlinkAttributes attributes) {
        var request = new NetlinkMessage(DELETE, NetlinkMessage.NLM_F_ACK).bytes(family, 0, 0, 0);
        copy(attributes, request, CTA_TUPLE_ORIG, true);
        copy(attributes, request, CTA_ID, false);
        copy(attributes, request, CTA_ZONE, false);
        try {
            socket.request("IPCTNL_MSG_CT_DELETE", request);
            return true;
        } catch (LinuxException e) {
            // It ended by itself in between.
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    private static void copy(NetlinkAttributes from, NetlinkMessage to, int type, boolean nested) {
        from.buffer(type).map(RealConntrack::bytes).ifPresent(value -> {
            if (nested) {
                to.nested(type, inner -> inner.raw(value));
            } else {
                to.attribute(type, value);
            }
        });
    }

    private static byte[] bytes(ByteBuffer value) {
        var bytes = new byte[value.limit()];
        value.get(0, bytes);
        return bytes;
    }

    @Override
    public void close() {
        socket.close();
    }
}
