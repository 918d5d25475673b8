package io.wharf.networking;

import io.wharf.base.WharfException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 network.
 *
 * @param base its lowest address as a big-endian number, host bits zero
 * @param prefix bits of the network part, 0 to 32
 */
record Subnet(int base, int prefix) {
    private static final int BITS = 32;
    private static final int OCTET = 255;
    private static final Pattern DOTTED = Pattern.compile("\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");

    Subnet {
        if (prefix < 0 || prefix > BITS) {
            throw WharfException.invalid("invalid prefix length: " + prefix);
        }
        base &= mask(prefix);
    }

    /** Reads {@code 172.17.0.0/16}; bits of the host part are dropped. */
    static Subnet parse(String cidr) {
        int slash = cidr.indexOf('/');
        if (slash < 0) {
            throw WharfException.invalid("invalid CIDR address: " + cidr);
        }
        try {
            return new Subnet(number(cidr.substring(0, slash)), Integer.parseInt(cidr.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw WharfException.invalid("invalid CIDR address: " + cidr);
        }
    }

    /** The network that an address lies in. */
    static Subnet around(Inet4Address address, int prefix) {
        return new Subnet(number(address), prefix);
    }

    /** The address before the slash of {@code 172.17.0.1/16}. */
    static int addressOf(String cidr) {
        int slash = cidr.indexOf('/');
        return number(slash < 0 ? cidr : cidr.substring(0, slash));
    }

    boolean contains(int address) {
        return (address & mask(prefix)) == base;
    }

    boolean overlaps(Subnet other) {
        int shorter = mask(Math.min(prefix, other.prefix));
        return (base & shorter) == (other.base & shorter);
    }

    /** How many addresses it has, network and broadcast included. */
    long size() {
        return 1L << (BITS - prefix);
    }

    /** Its address number {@code offset}. */
    int at(long offset) {
        return base + (int) offset;
    }

    long offsetOf(int address) {
        return Integer.toUnsignedLong(address - base);
    }

    static int number(String dotted) {
        // Names must never be looked up, nor 127.1 be read as 127.0.0.1.
        if (!DOTTED.matcher(dotted).matches()) {
            throw WharfException.invalid("invalid IPv4 address: " + dotted);
        }
        int number = 0;
        for (String part : dotted.split("\\.")) {
            int octet = Integer.parseInt(part);
            if (octet > OCTET) {
                throw WharfException.invalid("invalid IPv4 address: " + dotted);
            }
            number = number << Byte.SIZE | octet;
        }
        return number;
    }

    static int number(Inet4Address address) {
        int number = 0;
        for (byte octet : address.getAddress()) {
            number = number << Byte.SIZE | (octet & OCTET);
        }
        return number;
    }

    static String text(int address) {
        return (address >>> 24) + "." + (address >>> 16 & OCTET) + "." + (address >>> 8 & OCTET) + "."
                + (address & OCTET);
    }

    static InetAddress inet(int address) {
        return InetAddress.ofLiteral(text(address));
    }

    /** The subnet of an address of any family; null for IPv6. */
    static @Nullable Subnet aroundIfV4(InetAddress address, int prefix) {
        return address instanceof Inet4Address v4 ? around(v4, prefix) : null;
    }

    private static int mask(int prefix) {
        return prefix == 0 ? 0 : -1 << (BITS - prefix);
    }

    @Override
    public String toString() {
        return text(base) + "/" + prefix;
    }
}
