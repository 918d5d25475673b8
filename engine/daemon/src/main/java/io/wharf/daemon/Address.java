package io.wharf.daemon;

import java.net.InetAddress;

/** Texts that are addresses of IPv4 or IPv6, and no names that somebody would have to be asked for. */
final class Address {
    private Address() {}

    static boolean is(String text) {
        try {
            InetAddress.ofLiteral(text);
            return text.indexOf('%') < 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
