package io.wharf.images.registry;

import io.netty.util.NetUtil;

/** Tells whether an address literal lies in a network. */
final class Cidr {
    private Cidr() {}

    static boolean contains(String network, String address) {
        int slash = network.indexOf('/');
        byte[] base = NetUtil.createByteArrayFromIpAddressString(network.substring(0, slash));
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (base == null || bytes == null || base.length != bytes.length) {
            return false;
        }
        int bits;
        try {
            bits = Integer.parseInt(network.substring(slash + 1));
        } catch (NumberFormatException notANetwork) {
            return false;
        }
        for (int i = 0; i < base.length; i++) {
            int relevant = Math.clamp(bits - 8L * i, 0, 8);
            int mask = 0xff << (8 - relevant) & 0xff;
            if ((base[i] & mask) != (bytes[i] & mask)) {
                return false;
            }
        }
        return true;
    }
}
