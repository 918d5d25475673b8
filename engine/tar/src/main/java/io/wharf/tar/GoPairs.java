package io.wharf.tar;

import java.util.Arrays;

/**
 * The search for matches of Go's {@code compress/flate} at level 1: one place for each hash, steps that grow where nothing
 * is found, blocks of a fixed size that may refer to the one before.
 */
final class GoPairs {
    /** Bytes of a block. */
    static final int BLOCK = DeflateBlocks.STORED_LIMIT;

    private static final int SHORTEST = 4;
    private static final int LONGEST = 258;
    private static final int REACH = 1 << 15;
    private static final int HASH_BITS = 14;
    private static final int HASH_FACTOR = 0x1e35a7bd;
    /** Nothing begins in the last bytes of a block. */
    private static final int MARGIN = 15;

    private static final int FIRST_SKIP = 32;
    private static final int SKIP_SHIFT = 5;

    private final DeflateBlocks blocks;
    private final byte[] bytes;
    private final long[] places = new long[1 << HASH_BITS];
    private final int[] values = new int[1 << HASH_BITS];
    /** Where in the stream the array begins. */
    private long base;

    private int at;
    private int literalsFrom;

    /** The array holds the block before and, from {@link #BLOCK} on, the one that is to be searched. */
    GoPairs(DeflateBlocks blocks, byte[] bytes) {
        this.blocks = blocks;
        this.bytes = bytes;
        Arrays.fill(places, -2L * BLOCK);
    }

    /** Finds the symbols of a block of at least {@link #MARGIN} bytes. */
    void search(int length) {
        int end = BLOCK + length;
        int limit = end - MARGIN;
        at = BLOCK;
        literalsFrom = BLOCK;
        while (true) {
            int from = scan(limit);
            if (from < 0) {
                break;
            }
            literals(at);
            while (from >= 0) {
                int most = Math.min(LONGEST, end - at);
                int same = Arrays.mismatch(bytes, from + SHORTEST, from + most, bytes, at + SHORTEST, at + most);
                int size = same < 0 ? most : same + SHORTEST;
                blocks.match(size, at - from);
                at += size;
                literalsFrom = at;
                if (at >= limit) {
                    literals(end);
                    return;
                }
                swap(at - 1);
                from = swap(at);
            }
            at++;
        }
        literals(end);
    }

    /** Moves on to the next place that looks like an earlier one; that one, or -1 where the block ends before. */
    private int scan(int limit) {
        int skip = FIRST_SKIP;
        int next = at;
        while (true) {
            at = next;
            int step = skip >> SKIP_SHIFT;
            next = at + step;
            skip += step;
            if (next > limit) {
                return -1;
            }
            int from = swap(at);
            if (from >= 0) {
                return from;
            }
        }
    }

    /** Puts a place in the table for its hash; the one that was there, where its bytes are the same and it is in reach. */
    private int swap(int place) {
        int value = four(place);
        int slot = (value * HASH_FACTOR) >>> (Integer.SIZE - HASH_BITS);
        long before = places[slot];
        int valueBefore = values[slot];
        places[slot] = base + place;
        values[slot] = value;
        return valueBefore == value && base + place - before <= REACH ? (int) (before - base) : -1;
    }

    /** The block that was searched becomes the one before. */
    void next() {
        System.arraycopy(bytes, BLOCK, bytes, 0, BLOCK);
        base += BLOCK;
    }

    private void literals(int to) {
        while (literalsFrom < to) {
            blocks.literal(bytes[literalsFrom++]);
        }
    }

    private int four(int place) {
        return (bytes[place] & 0xff)
                | ((bytes[place + 1] & 0xff) << 8)
                | ((bytes[place + 2] & 0xff) << 16)
                | (bytes[place + 3] << 24);
    }
}
