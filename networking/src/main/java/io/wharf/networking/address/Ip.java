package io.wharf.networking.address;

import io.wharf.base.WharfException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads and writes addresses. A name is never looked up, and half an address never read as a whole one. */
public final class Ip {
    /** Of every address of the host, in either family. */
    public static final InetAddress ANY_V4 = InetAddress.ofLiteral("0.0.0.0");

    public static final InetAddress ANY_V6 = InetAddress.ofLiteral("::");

    private static final int GROUPS = 8;
    private static final int GROUP_MASK = 0xffff;
    private static final int OCTET = 0xff;
    /** No leading zeros: whether 010 is eight or ten depends on who reads it. */
    private static final Pattern DOTTED =
            Pattern.compile("(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}");

    private static final Pattern COLONS = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private Ip() {}

    /** Reads {@code 172.17.0.1} or {@code fd00::1}, without zone and brackets. */
    public static InetAddress parse(String text) {
        return read(text).orElseThrow(() -> WharfException.invalid("invalid IP address: " + text));
    }

    /** The address that a text is, or empty where it is none. IPv6 that only wraps IPv4 is read as what it wraps. */
    public static Optional<InetAddress> read(String text) {
        if (!DOTTED.matcher(text).matches() && !COLONS.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The address before the slash of {@code 172.17.0.1/16}, or the whole text where there is none. */
    public static InetAddress ofCidr(String cidr) {
        int slash = cidr.indexOf('/');
        return parse(slash < 0 ? cidr : cidr.substring(0, slash));
    }

    /** As Docker writes addresses: dotted, or by RFC 5952 with the longest run of zeros left out. */
    public static String text(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet6Address ? colons(bytes) : dotted(bytes);
    }

    private static String dotted(byte[] bytes) {
        return (bytes[0] & OCTET) + "." + (bytes[1] & OCTET) + "." + (bytes[2] & OCTET) + "." + (bytes[3] & OCTET);
    }

    private static String colons(byte[] bytes) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (bytes[2 * i] & OCTET) << Byte.SIZE | (bytes[2 * i + 1] & OCTET);
        }
        int start = -1;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            int zeros = 0;
            while (i + zeros < GROUPS && groups[i + zeros] == 0) {
                zeros++;
            }
            if (zeros > length) {
                start = i;
                length = zeros;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i] & GROUP_MASK));
        }
        return text.toString();
    }

    static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }
}
