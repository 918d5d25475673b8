package io.wharf.tar;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Symbols of a deflate stream, gathered into blocks and written as Go's {@code compress/flate} chooses to: the same rules
 * for which form a block takes, so that the same symbols give the same bytes.
 */
final class DeflateBlocks {
    /** A block without compression has no more. */
    static final int STORED_LIMIT = 65535;

    private static final int MATCH = 1 << 31;
    private static final int LENGTH_SHIFT = 16;
    private static final int SHORTEST = 3;
    private static final int END = 256;
    private static final int LITERALS = 286;
    private static final int DISTANCES = 30;
    private static final int DYNAMIC = 2;
    private static final int FIXED = 1;
    private static final int CODE_BITS = 15;
    private static final int LENGTH_CODE_BITS = 7;
    /** The order in which the lengths of the code of lengths stand (RFC 1951, 3.2.7). */
    private static final int[] ORDER = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

    private static final int[] LENGTH_EXTRA = {
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0
    };
    private static final int[] LENGTH_BASE = new int[LENGTH_EXTRA.length];
    /** The code of each match length, counted from the shortest. */
    private static final byte[] LENGTH_CODE = new byte[256];

    static {
        int base = 0;
        for (int code = 0; code < LENGTH_EXTRA.length - 1; code++) {
            LENGTH_BASE[code] = base;
            for (int i = 0; i < 1 << LENGTH_EXTRA[code] && base < 256; i++) {
                LENGTH_CODE[base++] = (byte) code;
            }
        }
        // The longest has a code of its own, without extra bits.
        LENGTH_BASE[LENGTH_EXTRA.length - 1] = 255;
        LENGTH_CODE[255] = (byte) (LENGTH_EXTRA.length - 1);
    }

    private final DeflateBits bits;
    private final int[] symbols;
    private int count;
    private final int[] literalCounts = new int[LITERALS];
    private final int[] distanceCounts = new int[DISTANCES];
    private final PrefixCode fixedLiterals = PrefixCode.fixedLiterals();
    private final PrefixCode fixedDistances = PrefixCode.fixedDistances();
    private final PrefixCode literals = new PrefixCode(LITERALS);
    private final PrefixCode distances = new PrefixCode(DISTANCES);
    private final CodeLengths lengths = new CodeLengths();

    DeflateBlocks(OutputStream out, int room) {
        bits = new DeflateBits(out);
        symbols = new int[room];
    }

    void literal(byte value) {
        symbols[count++] = value & 0xff;
    }

    void match(int length, int distance) {
        symbols[count++] = MATCH | ((length - SHORTEST) << LENGTH_SHIFT) | (distance - 1);
    }

    int count() {
        return count;
    }

    void forget() {
        count = 0;
    }

    /** Writes what was gathered in its smallest form; {@code from} are the bytes that it stands for, length -1 for unknown. */
    void flush(byte[] from, int offset, int length) throws IOException {
        int[] used = tally();
        boolean storable = length >= 0 && length <= STORED_LIMIT;
        int extra = storable ? extraBits(used) : 0;
        int dynamic = dynamicSize(literals, distances, used, extra);
        int fixed = 3 + fixedLiterals.cost(literalCounts) + fixedDistances.cost(distanceCounts) + extra;
        if (storable && storedSize(length) < Math.min(dynamic, fixed)) {
            bits.stored(from, offset, length, false);
        } else if (dynamic < fixed) {
            header(used);
            write(literals, distances);
        } else {
            bits.put(FIXED << 1, 3);
            write(fixedLiterals, fixedDistances);
        }
        count = 0;
    }

    /** As {@link #flush}, with codes of its own unless that saves less than a sixteenth. */
    void flushDynamic(byte[] from, int offset, int length) throws IOException {
        int[] used = tally();
        int dynamic = dynamicSize(literals, distances, used, 0);
        if (storedSize(length) < dynamic + (dynamic >> 4)) {
            bits.stored(from, offset, length, false);
        } else {
            header(used);
            write(literals, distances);
        }
        count = 0;
    }

    /** Bytes as literals alone, unless that saves less than a sixteenth; what was gathered is forgotten. */
    void literalsOnly(byte[] from, int offset, int length) throws IOException {
        count = 0;
        Arrays.fill(literalCounts, 0);
        Arrays.fill(distanceCounts, 0);
        for (int i = offset; i < offset + length; i++) {
            literalCounts[from[i] & 0xff]++;
        }
        literalCounts[END] = 1;
        distanceCounts[0] = 1;
        literals.build(literalCounts, CODE_BITS);
        distances.build(distanceCounts, CODE_BITS);
        int[] used = {END + 1, 1};
        int dynamic = dynamicSize(literals, distances, used, 0);
        if (storedSize(length) < dynamic + (dynamic >> 4)) {
            bits.stored(from, offset, length, false);
            return;
        }
        header(used);
        for (int i = offset; i < offset + length; i++) {
            put(literals, from[i] & 0xff);
        }
        put(literals, END);
    }

    void stored(byte[] from, int offset, int length) throws IOException {
        bits.stored(from, offset, length, false);
    }

    void finish() throws IOException {
        bits.stored(new byte[0], 0, 0, true);
        bits.finish();
    }

    private static int storedSize(int length) {
        return (length + 5) * Byte.SIZE;
    }

    /** Counts the symbols and builds their codes; how many literals and distances the codes reach to. */
    private int[] tally() {
        Arrays.fill(literalCounts, 0);
        Arrays.fill(distanceCounts, 0);
        for (int i = 0; i < count; i++) {
            int symbol = symbols[i];
            if (symbol >= 0) {
                literalCounts[symbol]++;
            } else {
                literalCounts[END + 1 + lengthCode(symbol)]++;
                distanceCounts[distanceCode(symbol & 0xffff)]++;
            }
        }
        literalCounts[END]++;
        int reach = DISTANCES;
        while (reach > 0 && distanceCounts[reach - 1] == 0) {
            reach--;
        }
        if (reach == 0) {
            // One is counted where there is none, so that a code can be written.
            distanceCounts[0] = 1;
            reach = 1;
        }
        int top = LITERALS;
        while (literalCounts[top - 1] == 0) {
            top--;
        }
        literals.build(literalCounts, CODE_BITS);
        distances.build(distanceCounts, CODE_BITS);
        return new int[] {top, reach};
    }

    private int extraBits(int[] used) {
        int extra = 0;
        for (int code = 8; code < used[0] - END - 1; code++) {
            extra += literalCounts[END + 1 + code] * LENGTH_EXTRA[code];
        }
        for (int code = 4; code < used[1]; code++) {
            extra += distanceCounts[code] * distanceExtra(code);
        }
        return extra;
    }

    private int dynamicSize(PrefixCode literal, PrefixCode distance, int[] used, int extra) {
        lengths.gather(literal.lengths, used[0], distance.lengths, used[1]);
        return 3 + lengths.cost() + literal.cost(literalCounts) + distance.cost(distanceCounts) + extra;
    }

    private void header(int[] used) throws IOException {
        bits.put(DYNAMIC << 1, 3);
        bits.put(used[0] - END - 1, 5);
        bits.put(used[1] - 1, 5);
        lengths.write();
    }

    private void write(PrefixCode literal, PrefixCode distance) throws IOException {
        for (int i = 0; i < count; i++) {
            int symbol = symbols[i];
            if (symbol >= 0) {
                put(literal, symbol);
                continue;
            }
            int length = lengthCode(symbol);
            put(literal, END + 1 + length);
            bits.put(((symbol >>> LENGTH_SHIFT) & 0xff) - LENGTH_BASE[length], LENGTH_EXTRA[length]);
            int less = symbol & 0xffff;
            int code = distanceCode(less);
            put(distance, code);
            int extra = distanceExtra(code);
            bits.put(less & ((1 << extra) - 1), extra);
        }
        put(literal, END);
    }

    private void put(PrefixCode code, int symbol) throws IOException {
        bits.put(code.codes[symbol], code.lengths[symbol]);
    }

    private static int lengthCode(int symbol) {
        return LENGTH_CODE[(symbol >>> LENGTH_SHIFT) & 0xff];
    }

    /** Of a distance less one: two codes for each power of two. */
    private static int distanceCode(int less) {
        if (less < 4) {
            return less;
        }
        int power = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(less);
        return 2 * power + ((less >>> (power - 1)) & 1);
    }

    private static int distanceExtra(int code) {
        return code < 4 ? 0 : (code >> 1) - 1;
    }

    /** The lengths of both codes, run-length coded, and the code of that (RFC 1951, 3.2.7). */
    private final class CodeLengths {
        private static final int REPEAT = 16;
        private static final int ZEROS = 17;
        private static final int MANY_ZEROS = 18;

        private final PrefixCode code = new PrefixCode(ORDER.length);
        private final int[] counts = new int[ORDER.length];
        /** A symbol, and above it what its extra bits say. */
        private final int[] runs = new int[LITERALS + DISTANCES];

        private int size;
        private int shown;

        void gather(int[] first, int firstCount, int[] second, int secondCount) {
            Arrays.fill(counts, 0);
            size = 0;
            int total = firstCount + secondCount;
            for (int at = 0; at < total; ) {
                int value = at < firstCount ? first[at] : second[at - firstCount];
                int end = at + 1;
                while (end < total && (end < firstCount ? first[end] : second[end - firstCount]) == value) {
                    end++;
                }
                run(value, end - at);
                at = end;
            }
            code.build(counts, LENGTH_CODE_BITS);
            shown = ORDER.length;
            while (shown > 4 && counts[ORDER[shown - 1]] == 0) {
                shown--;
            }
        }

        private void run(int value, int length) {
            int left = length;
            if (value == 0) {
                while (left >= 11) {
                    int some = Math.min(left, 138);
                    add(MANY_ZEROS, some - 11);
                    left -= some;
                }
                if (left >= 3) {
                    add(ZEROS, left - 3);
                    left = 0;
                }
            } else {
                add(value, 0);
                left--;
                while (left >= 3) {
                    int some = Math.min(left, 6);
                    add(REPEAT, some - 3);
                    left -= some;
                }
            }
            for (; left > 0; left--) {
                add(value, 0);
            }
        }

        private void add(int symbol, int extra) {
            runs[size++] = (extra << Byte.SIZE) | symbol;
            counts[symbol]++;
        }

        private static int extraOf(int symbol) {
            return switch (symbol) {
                case REPEAT -> 2;
                case ZEROS -> 3;
                case MANY_ZEROS -> 7;
                default -> 0;
            };
        }

        int cost() {
            return 5
                    + 5
                    + 4
                    + 3 * shown
                    + code.cost(counts)
                    + 2 * counts[REPEAT]
                    + 3 * counts[ZEROS]
                    + 7 * counts[MANY_ZEROS];
        }

        void write() throws IOException {
            bits.put(shown - 4, 4);
            for (int i = 0; i < shown; i++) {
                bits.put(code.lengths[ORDER[i]], 3);
            }
            for (int i = 0; i < size; i++) {
                int symbol = runs[i] & 0xff;
                put(code, symbol);
                bits.put(runs[i] >>> Byte.SIZE, extraOf(symbol));
            }
        }
    }
}
