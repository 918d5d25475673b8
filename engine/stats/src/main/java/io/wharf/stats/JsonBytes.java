package io.wharf.stats;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON being put together in one array that is used again: what is written each second for each container leaves no
 * garbage. Names and texts are plain ASCII that needs no escapes.
 */
final class JsonBytes {
    private static final int FIRST = 4096;

    private byte[] bytes;
    private int length;

    JsonBytes() {
        this(FIRST);
    }

    JsonBytes(int room) {
        bytes = new byte[room];
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    void truncate(int to) {
        length = to;
    }

    byte[] copy(int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    JsonBytes raw(byte[] ascii) {
        return raw(ascii, ascii.length);
    }

    JsonBytes raw(byte[] ascii, int count) {
        return raw(ascii, 0, count);
    }

    JsonBytes raw(byte[] ascii, int from, int count) {
        room(count);
        System.arraycopy(ascii, from, bytes, length, count);
        length += count;
        return this;
    }

    @SuppressWarnings("deprecation") // the one copy of a Latin-1 string that makes no other array
    JsonBytes raw(String ascii) {
        int count = ascii.length();
        room(count);
        ascii.getBytes(0, count, bytes, length);
        length += count;
        return this;
    }

    JsonBytes raw(char ascii) {
        room(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    /** A number of 64 bits without sign. */
    JsonBytes number(long value) {
        room(20);
        if (value < 0) {
            return raw(Long.toUnsignedString(value));
        }
        if (value < 10) {
            bytes[length++] = (byte) ('0' + value);
            return this;
        }
        int digits = digits(value);
        long rest = value;
        for (int at = length + digits - 1; at >= length; at--) {
            long next = rest / 10;
            bytes[at] = (byte) ('0' + (rest - next * 10));
            rest = next;
        }
        length += digits;
        return this;
    }

    /** As {@link #number} with zeros in front, so many digits in all. */
    JsonBytes padded(long value, int digits) {
        room(digits);
        long rest = value;
        for (int at = length + digits - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    private static int digits(long value) {
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
