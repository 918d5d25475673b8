package io.wharf.networking.address;

import java.net.Inet4Address;
import java.net.InetAddress;

/** The two kinds of addresses. */
public enum Family {
    V4("IPv4", 32),
    V6("IPv6", 128);

    private final String word;
    private final int bits;

    Family(String word, int bits) {
        this.word = word;
        this.bits = bits;
    }

    public static Family of(InetAddress address) {
        return address instanceof Inet4Address ? V4 : V6;
    }

    /** Bits of an address. */
    public int bits() {
        return bits;
    }

    @Override
    public String toString() {
        return word;
    }
}
