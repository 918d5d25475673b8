package io.wharf.linux;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns the answers of rtnetlink into records. */
final class NetlinkDecoder {
    static final int IFLA_ADDRESS = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_LINK = 5;
    static final int IFLA_MASTER = 10;
    static final int IFLA_PROTINFO = 12;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_INFO_KIND = 1;
    static final int IFLA_INFO_DATA = 2;
    static final int IFLA_GROUP = 27;
    static final int IFLA_NET_NS_FD = 28;
    static final int IFA_ADDRESS = 1;
    static final int IFA_LOCAL = 2;
    static final int RTA_DST = 1;
    static final int RTA_OIF = 4;
    static final int RTA_GATEWAY = 5;
    static final int RTA_PRIORITY = 6;
    static final int RTA_PREFSRC = 7;
    static final int RTA_TABLE = 15;

    private static final int IFLA_STATS64 = 23;
    private static final int IFINFOMSG_BYTES = 16;
    private static final int IFADDRMSG_BYTES = 8;
    private static final int RTMSG_BYTES = 12;
    private static final int RT_TABLE_LOCAL = 255;
    private static final int RTN_UNICAST = 1;

    private NetlinkDecoder() {}

    static Link link(ByteBuffer body) {
        var attributes = after(body, IFINFOMSG_BYTES);
        return new Link(
                body.getInt(4),
                attributes.text(IFLA_IFNAME).orElse(""),
                attributes
                        .nested(IFLA_LINKINFO)
                        .flatMap(info -> info.text(IFLA_INFO_KIND))
                        .orElse(""),
                attributes.bytes(IFLA_ADDRESS).filter(mac -> mac.length == 6).map(MacAddress::of),
                attributes.word(IFLA_MTU, 0),
                body.getInt(8),
                attributes.word(IFLA_MASTER, 0),
                attributes.word(IFLA_LINK, 0),
                attributes.buffer(IFLA_STATS64).map(NetlinkDecoder::counters).orElse(Link.Counters.NONE));
    }

    /** struct rtnl_link_stats64: 64-bit words. */
    private static Link.Counters counters(ByteBuffer s) {
        return new Link.Counters(
                s.getLong(0),
                s.getLong(8),
                s.getLong(16),
                s.getLong(24),
                s.getLong(32),
                s.getLong(40),
                s.getLong(48),
                s.getLong(56));
    }

    static Optional<LinkAddress> address(ByteBuffer body) {
        var attributes = after(body, IFADDRMSG_BYTES);
        // On a point-to-point link IFA_ADDRESS is the other side; IPv6 has no IFA_LOCAL otherwise.
        return attributes
                .bytes(IFA_LOCAL)
                .or(() -> attributes.bytes(IFA_ADDRESS))
                .map(bytes -> new LinkAddress(body.getInt(4), inet(bytes), body.get(1) & 0xff));
    }

    /** Empty for other kinds than unicast and for the kernel's table of local addresses. */
    static Optional<Route> route(ByteBuffer body) {
        var attributes = after(body, RTMSG_BYTES);
        var table = attributes.word(RTA_TABLE, body.get(4) & 0xff);
        if (table == RT_TABLE_LOCAL || body.get(7) != RTN_UNICAST) {
            return Optional.empty();
        }
        return Optional.of(new Route(
                optional(attributes, RTA_DST),
                body.get(1) & 0xff,
                optional(attributes, RTA_GATEWAY),
                attributes.word(RTA_OIF, 0),
                optional(attributes, RTA_PREFSRC),
                attributes.word(RTA_PRIORITY, 0),
                table));
    }

    private static NetlinkAttributes after(ByteBuffer body, int fixed) {
        return new NetlinkAttributes(body.slice(fixed, body.limit() - fixed));
    }

    private static @Nullable InetAddress optional(NetlinkAttributes attributes, int type) {
        return attributes.bytes(type).map(NetlinkDecoder::inet).orElse(null);
    }

    private static InetAddress inet(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }
}
