package io.wharf.tar;

import java.util.Arrays;

/**
 * A prefix code of bounded length for one alphabet, best for given frequencies (package-merge), in deflate's canonical form.
 *
 * <p>Several codes can be equally good: among equal weights a package goes before a leaf, and among leaves of one frequency
 * the higher symbol gets the shorter code.
 */
final class PrefixCode {
    /** Frequencies and symbols are sorted as one number. */
    private static final int SYMBOL_BITS = 16;

    private static final int MAX_BITS = 15;

    final int[] codes;
    final int[] lengths;
    private final long[] leaves;
    private final long[][] weights;
    private final boolean[][] packaged;

    PrefixCode(int symbols) {
        codes = new int[symbols];
        lengths = new int[symbols];
        leaves = new long[symbols];
        weights = new long[MAX_BITS][2 * symbols];
        packaged = new boolean[MAX_BITS][2 * symbols];
    }

    /** Deflate's fixed code of literals and lengths. */
    static PrefixCode fixedLiterals() {
        PrefixCode code = new PrefixCode(288);
        Arrays.fill(code.lengths, 0, 144, 8);
        Arrays.fill(code.lengths, 144, 256, 9);
        Arrays.fill(code.lengths, 256, 280, 7);
        Arrays.fill(code.lengths, 280, 288, 8);
        code.assign();
        return code;
    }

    /** Deflate's fixed code of distances. */
    static PrefixCode fixedDistances() {
        PrefixCode code = new PrefixCode(32);
        Arrays.fill(code.lengths, 5);
        code.assign();
        return code;
    }

    /** Bits that symbols of these frequencies take. */
    int cost(int[] frequencies) {
        int bits = 0;
        for (int i = 0; i < frequencies.length; i++) {
            bits += frequencies[i] * lengths[i];
        }
        return bits;
    }

    void build(int[] frequencies, int maxBits) {
        int count = 0;
        for (int i = 0; i < frequencies.length; i++) {
            if (frequencies[i] != 0) {
                leaves[count++] = ((long) frequencies[i] << SYMBOL_BITS) | i;
            }
        }
        Arrays.fill(lengths, 0);
        if (count <= 2) {
            for (int i = 0; i < count; i++) {
                lengths[symbol(i)] = 1;
            }
        } else {
            Arrays.sort(leaves, 0, count);
            measure(count, Math.min(maxBits, count - 1));
        }
        assign();
    }

    private int symbol(int leaf) {
        return (int) leaves[leaf] & ((1 << SYMBOL_BITS) - 1);
    }

    /** Each level has the leaves and, in pairs, what the level below has; a leaf's length is in how many levels it counts. */
    private void measure(int count, int depth) {
        int below = 0;
        for (int level = 0; level < depth; level++) {
            below = merge(level, count, below);
        }
        int taken = 2 * count - 2;
        for (int level = depth - 1; level >= 0 && taken > 0; level--) {
            int pairs = 0;
            for (int i = 0; i < taken; i++) {
                if (packaged[level][i]) {
                    pairs++;
                }
            }
            for (int leaf = 0; leaf < taken - pairs; leaf++) {
                lengths[symbol(leaf)]++;
            }
            taken = 2 * pairs;
        }
    }

    private int merge(int level, int count, int below) {
        long[] into = weights[level];
        int size = 0;
        int leaf = 0;
        int pair = 0;
        while (leaf < count || pair + 1 < below) {
            long whole = pair + 1 < below ? weights[level - 1][pair] + weights[level - 1][pair + 1] : Long.MAX_VALUE;
            boolean isLeaf = leaf < count && leaves[leaf] >>> SYMBOL_BITS < whole;
            packaged[level][size] = !isLeaf;
            if (isLeaf) {
                into[size++] = leaves[leaf++] >>> SYMBOL_BITS;
            } else {
                into[size++] = whole;
                pair += 2;
            }
        }
        return size;
    }

    /** Codes in order of length and symbol (RFC 1951, 3.2.2), with their bits turned round as they are written. */
    private void assign() {
        int[] next = new int[MAX_BITS + 2];
        for (int length : lengths) {
            next[length + 1]++;
        }
        next[1] = 0;
        for (int bits = 1, code = 0; bits <= MAX_BITS; bits++) {
            code = (code + next[bits]) << 1;
            next[bits] = code;
        }
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] > 0) {
                codes[i] = Integer.reverse(next[lengths[i]]++) >>> (Integer.SIZE - lengths[i]);
            }
        }
    }
}
