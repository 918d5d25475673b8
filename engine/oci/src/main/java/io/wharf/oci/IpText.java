package io.wharf.oci;

import io.netty.util.NetUtil;

/** Tells texts that are IP addresses; never asks a name server. */
final class IpText {
    private IpText() {}

    static boolean isAddress(String text) {
        return NetUtil.isValidIpV4Address(text) || NetUtil.isValidIpV6Address(text);
    }

    static boolean isV6(String text) {
        return NetUtil.isValidIpV6Address(text);
    }

    /** An address that means the host itself on the host, and nobody in another network namespace. */
    static boolean isLoopback(String text) {
        return text.startsWith("127.") || text.equals("::1");
    }
}
