package io.wharf.linux;

import java.util.HexFormat;

/** An Ethernet address, 48 bits. */
public record MacAddress(long bits) {
    private static final int BYTES = 6;
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    public MacAddress {
        if (bits >>> (8 * BYTES) != 0) {
            throw new IllegalArgumentException("not a MAC address: " + Long.toHexString(bits));
        }
    }

    /** Six bytes in hex with colons or dashes. */
    public static MacAddress parse(String text) {
        return of(COLONS.parseHex(text.replace('-', ':')));
    }

    static MacAddress of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException(
                    "not a MAC address: " + HexFormat.of().formatHex(bytes));
        }
        var bits = 0L;
        for (var b : bytes) {
            bits = bits << 8 | (b & 0xff);
        }
        return new MacAddress(bits);
    }

    byte[] bytes() {
        var bytes = new byte[BYTES];
        for (var i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (bits >>> (8 * (BYTES - 1 - i)));
        }
        return bytes;
    }

    @Override
    public String toString() {
        return COLONS.formatHex(bytes());
    }
}
