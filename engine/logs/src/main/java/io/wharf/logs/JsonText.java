package io.wharf.logs;

/**
 * Text of JSON strings as Docker's {@code json-file} writes it, byte for byte: also {@code <}, {@code >}, {@code &} and the
 * two line separators of Unicode are escaped, and bytes that are no UTF-8 become {@code \ufffd} each.
 */
final class JsonText {
    /** Bytes that one byte of text becomes at most. */
    static final int GROWTH = 6;

    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    /** 1 for the bytes that stand for themselves. */
    private static final byte[] PLAIN = plain();

    private JsonText() {}

    private static byte[] plain() {
        byte[] plain = new byte[256];
        for (int i = 0x20; i < 0x80; i++) {
            plain[i] = 1;
        }
        for (char special : "\\\"<>&".toCharArray()) {
            plain[special] = 0;
        }
        return plain;
    }

    /** Writes text; where the next byte goes. There is room for {@link #GROWTH} times its length. */
    static int escape(byte[] text, int from, int end, byte[] into, int to) {
        int at = from;
        int out = to;
        while (at < end) {
            int run = at;
            while (at < end && PLAIN[text[at] & 0xff] != 0) {
                at++;
            }
            if (at > run) {
                System.arraycopy(text, run, into, out, at - run);
                out += at - run;
            }
            if (at < end) {
                int octet = text[at];
                if (octet >= 0) {
                    out = escapeAscii(octet, into, out);
                    at++;
                } else {
                    int length = Utf8.length(text, at, end);
                    out = escapeWide(text, at, length, into, out);
                    at += Math.max(1, length);
                }
            }
        }
        return out;
    }

    private static int escapeAscii(int octet, byte[] into, int to) {
        into[to] = '\\';
        switch (octet) {
            case '\\', '"' -> into[to + 1] = (byte) octet;
            case '\n' -> into[to + 1] = 'n';
            case '\r' -> into[to + 1] = 'r';
            // As the character itself: 0x7f is plain for Docker, too.
            default -> {
                into[to + 1] = 'u';
                into[to + 2] = '0';
                into[to + 3] = '0';
                into[to + 4] = HEX[octet >> 4];
                into[to + 5] = HEX[octet & 15];
                return to + 6;
            }
        }
        return to + 2;
    }

    private static int escapeWide(byte[] text, int at, int length, byte[] into, int to) {
        if (length <= 0) {
            return copy("\\ufffd", into, to);
        }
        // U+2028 and U+2029 are e2 80 a8 and e2 80 a9.
        if (length == 3 && text[at] == (byte) 0xe2 && text[at + 1] == (byte) 0x80 && (text[at + 2] & 0xfe) == 0xa8) {
            return copy(text[at + 2] == (byte) 0xa8 ? "\\u2028" : "\\u2029", into, to);
        }
        System.arraycopy(text, at, into, to, length);
        return to + length;
    }

    private static int copy(String ascii, byte[] into, int to) {
        for (int i = 0; i < ascii.length(); i++) {
            into[to + i] = (byte) ascii.charAt(i);
        }
        return to + ascii.length();
    }

    /** Gives a string's text, without the escapes, to an output. */
    static void unescape(byte[] block, int from, int end, LogOutput output) {
        int at = from;
        while (at < end) {
            int run = at;
            while (at < end && block[at] != '\\') {
                at++;
            }
            output.text(block, run, at);
            if (at + 1 >= end) {
                return;
            }
            int code = block[at + 1];
            at += 2;
            switch (code) {
                case 'n' -> output.put('\n');
                case 'r' -> output.put('\r');
                case 't' -> output.put('\t');
                case 'b' -> output.put('\b');
                case 'f' -> output.put('\f');
                case 'u' -> {
                    int unit = hex(block, at, end);
                    at += 4;
                    if (unit >= 0xd800 && unit < 0xdc00 && at + 6 <= end && block[at] == '\\' && block[at + 1] == 'u') {
                        int low = hex(block, at + 2, end);
                        at += 6;
                        wide(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), output);
                    } else {
                        wide(unit, output);
                    }
                }
                default -> output.put(code);
            }
        }
    }

    private static int hex(byte[] block, int at, int end) {
        int value = 0;
        for (int i = at; i < Math.min(end, at + 4); i++) {
            value = (value << 4) | Math.max(0, Character.digit(block[i], 16));
        }
        return value;
    }

    private static void wide(int point, LogOutput output) {
        if (point < 0x80) {
            output.put(point);
        } else if (point < 0x800) {
            output.put(0xc0 | (point >> 6));
            continuation(point, output);
        } else if (point < 0x10000) {
            output.put(0xe0 | (point >> 12));
            continuation(point >> 6, output);
            continuation(point, output);
        } else {
            output.put(0xf0 | (point >> 18));
            continuation(point >> 12, output);
            continuation(point >> 6, output);
            continuation(point, output);
        }
    }

    private static void continuation(int bits, LogOutput output) {
        output.put(0x80 | (bits & 0x3f));
    }
}
