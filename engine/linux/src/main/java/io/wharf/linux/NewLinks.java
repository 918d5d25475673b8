package io.wharf.linux;

import static io.wharf.linux.NetlinkMessage.NLM_F_ACK;
import static io.wharf.linux.NetlinkMessage.NLM_F_CREATE;
import static io.wharf.linux.NetlinkMessage.NLM_F_EXCL;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The requests for new links, one a kind (linux/if_link.h). */
final class NewLinks {
    private static final int RTM_NEWLINK = 16;
    private static final int AF_UNSPEC = 0;
    private static final int VETH_INFO_PEER = 1;
    /** Of macvlan, in 32 bits, and of ipvlan, in 16. */
    private static final int SUBLINK_MODE = 1;

    private static final int IPVLAN_FLAGS = 2;
    private static final int VLAN_ID = 1;

    private NewLinks() {}

    /** One that needs no parameters of its kind. */
    static NetlinkMessage plain(String kind, String name, @Nullable MacAddress mac, int mtu) {
        return kind(ends(named(name), mac, mtu), kind, data -> {});
    }

    static NetlinkMessage veth(Veth veth) {
        NetlinkMessage message = ends(named(veth.name()), veth.mac(), veth.mtu());
        if (veth.master() != 0) {
            message.attribute(NetlinkDecoder.IFLA_MASTER, veth.master());
        }
        return kind(
                message,
                "veth",
                data -> data.nested(VETH_INFO_PEER, peer -> {
                    peer.link(AF_UNSPEC, 0, 0, 0).attribute(NetlinkDecoder.IFLA_IFNAME, veth.peerName());
                    ends(peer, veth.peerMac(), veth.mtu());
                    Fd namespace = veth.peerNamespace();
                    if (namespace != null) {
                        peer.attribute(NetlinkDecoder.IFLA_NET_NS_FD, namespace.value());
                    }
                }));
    }

    static NetlinkMessage sublink(Sublink sublink) {
        NetlinkMessage message = named(sublink.name())
                .attribute(NetlinkDecoder.IFLA_LINK, sublink.parent())
                .attribute(NetlinkDecoder.IFLA_NET_NS_FD, sublink.namespace().value());
        ends(message, sublink.mac(), sublink.mtu());
        return kind(message, sublink.kind().toString(), data -> {
            switch (sublink.kind()) {
                case MACVLAN -> data.attribute(SUBLINK_MODE, sublink.mode());
                case IPVLAN ->
                    data.attribute(SUBLINK_MODE, half(sublink.mode())).attribute(IPVLAN_FLAGS, half(sublink.flag()));
            }
        });
    }

    static NetlinkMessage vlan(String name, int parent, int id) {
        NetlinkMessage message = named(name).attribute(NetlinkDecoder.IFLA_LINK, parent);
        return kind(message, "vlan", data -> data.attribute(VLAN_ID, half(id)));
    }

    private static NetlinkMessage named(String name) {
        return new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
                .link(AF_UNSPEC, 0, 0, 0)
                .attribute(NetlinkDecoder.IFLA_IFNAME, name);
    }

    private static NetlinkMessage ends(NetlinkMessage message, @Nullable MacAddress mac, int mtu) {
        if (mac != null) {
            message.attribute(NetlinkDecoder.IFLA_ADDRESS, mac.bytes());
        }
        if (mtu != 0) {
            message.attribute(NetlinkDecoder.IFLA_MTU, mtu);
        }
        return message;
    }

    private static NetlinkMessage kind(NetlinkMessage message, String kind, Consumer<NetlinkMessage> data) {
        return message.nested(NetlinkDecoder.IFLA_LINKINFO, info -> {
            info.attribute(NetlinkDecoder.IFLA_INFO_KIND, kind);
            info.nested(NetlinkDecoder.IFLA_INFO_DATA, data);
        });
    }

    /** A number of 16 bits in the host's order. */
    private static byte[] half(int number) {
        return ByteBuffer.allocate(Short.BYTES)
                .order(ByteOrder.nativeOrder())
                .putShort((short) number)
                .array();
    }
}
