package io.wharf.tar;

import io.wharf.linux.Names;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Extended header records, {@code "LENGTH KEY=VALUE\n"}, values as bytes (pax, POSIX.1-2001). */
final class PaxRecords {
    static final String XATTR = "SCHILY.xattr.";
    /** Of all records that are kept at a time, in bytes: headers may come one after another without an end. */
    private static final int LIMIT = 2 << 20;
    /** A time is a few digits; thousands of them, or an exponent, would be a number of any size to work with. */
    private static final int LONGEST_TIME = 64;

    private final Map<String, byte[]> values = new LinkedHashMap<>();
    /** Offsets and lengths of sparse format 0.0, which repeats its keys. */
    private final List<Long> extents = new ArrayList<>();

    private long bytes;

    static PaxRecords merged(PaxRecords global, PaxRecords own) {
        if (global.values.isEmpty()) {
            return own;
        }
        PaxRecords all = new PaxRecords();
        all.values.putAll(global.values);
        all.values.putAll(own.values);
        all.extents.addAll(own.extents);
        return all;
    }

    void add(byte[] bytes) {
        int at = 0;
        while (at < bytes.length && bytes[at] != 0) {
            int space = indexOf(bytes, ' ', at, bytes.length);
            long length = space < 0 || space - at > 9 ? -1 : parse(bytes, at, space);
            long end = at + length;
            if (length <= space - at + 1 || end > bytes.length || bytes[(int) end - 1] != '\n') {
                throw TarReader.invalid();
            }
            int equals = indexOf(bytes, '=', space + 1, (int) end);
            if (equals < 0) {
                throw TarReader.invalid();
            }
            put(
                    new String(bytes, space + 1, equals - space - 1, StandardCharsets.UTF_8),
                    java.util.Arrays.copyOfRange(bytes, equals + 1, (int) end - 1));
            at = (int) end;
        }
    }

    private void put(String key, byte[] value) {
        if ((key.equals("path") || key.equals("linkpath") || key.startsWith(XATTR)) && hasZero(key, value)) {
            throw TarReader.invalid();
        }
        bytes += key.length() + value.length;
        if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
            extents.add(parse(value, 0, value.length));
        } else {
            byte[] before = values.put(key, value);
            bytes -= before == null ? 0 : key.length() + before.length;
        }
        if (bytes > LIMIT) {
            throw TarReader.invalid();
        }
    }

    /** No name has a zero byte in it: the kernel would end it there. */
    private static boolean hasZero(String key, byte[] value) {
        if (key.startsWith(XATTR)) {
            return key.indexOf('\0') >= 0;
        }
        for (byte one : value) {
            if (one == 0) {
                return true;
            }
        }
        return false;
    }

    /** An empty value takes a record of the global header back. */
    private boolean has(String key) {
        byte[] value = values.get(key);
        return value != null && value.length > 0;
    }

    String text(String key, String otherwise) {
        byte[] value = values.get(key);
        return value == null || value.length == 0 ? otherwise : Names.decode(value);
    }

    long number(String key, long otherwise) {
        byte[] value = values.get(key);
        return value == null || value.length == 0 ? otherwise : parse(value, 0, value.length);
    }

    /** Seconds and nanoseconds of a time with a fraction of any length. */
    long[] time(String key, long otherwise) {
        if (!has(key)) {
            return new long[] {otherwise, 0};
        }
        String text = text(key, "0");
        if (text.length() > LONGEST_TIME || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
            throw TarReader.invalid();
        }
        try {
            var decimal = new java.math.BigDecimal(text);
            var seconds = decimal.setScale(0, java.math.RoundingMode.FLOOR);
            long nanos = decimal.subtract(seconds).movePointRight(9).longValue();
            return new long[] {seconds.longValueExact(), nanos};
        } catch (ArithmeticException | NumberFormatException e) {
            throw TarReader.invalid();
        }
    }

    Map<String, byte[]> xattrs() {
        Map<String, byte[]> found = Map.of();
        for (var value : values.entrySet()) {
            if (value.getKey().startsWith(XATTR)) {
                found = found.isEmpty() ? new LinkedHashMap<>() : found;
                found.put(value.getKey().substring(XATTR.length()), value.getValue());
            }
        }
        return found;
    }

    boolean isSparse() {
        return has("GNU.sparse.major") || has("GNU.sparse.map") || !extents.isEmpty();
    }

    /** Whether the map of a sparse file stands at the start of its content (format 1.0). */
    boolean hasMapInContent() {
        return number("GNU.sparse.major", 0) >= 1;
    }

    /** Offsets and lengths in turn, of the formats 0.0 and 0.1. */
    List<Long> extents() {
        if (!extents.isEmpty()) {
            return extents;
        }
        List<Long> numbers = new ArrayList<>();
        for (String part : text("GNU.sparse.map", "").split(",")) {
            byte[] digits = part.getBytes(StandardCharsets.US_ASCII);
            if (digits.length > 0) {
                numbers.add(parse(digits, 0, digits.length));
            }
        }
        return numbers;
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static long parse(byte[] digits, int from, int to) {
        try {
            return Long.parseLong(new String(digits, from, to - from, StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            throw TarReader.invalid();
        }
    }
}
