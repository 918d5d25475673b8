package io.wharf.tar;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;

/**
 * The search for matches of Go's {@code compress/flate} at levels 2 to 9: chains of places with the same hash of four bytes,
 * in a window of which the older half is dropped when the newer one is nearly used up.
 *
 * <p>When exactly that happens depends, at one place of the window, on how the bytes were handed over. {@link #drops} counts
 * the times when it would have mattered; those that are named in {@code early} take the other way.
 */
final class GoChains {
    private static final int HALF = 1 << 15;
    private static final int SHORTEST = 4;
    private static final int LONGEST = 258;
    private static final int AHEAD = SHORTEST + LONGEST;
    private static final int HASH_BITS = 17;
    private static final int HASH_FACTOR = 0x1e35a7bd;
    /** A match of the shortest length further away than this costs more than its literals. */
    private static final int NEAR = 4096;

    private static final int BLOCK = 1 << 14;

    /**
     * How hard a level tries.
     *
     * @param lazy a match this long is not tried to be bettered at the next byte; 0 for a level that never does
     * @param nice a match this long ends the search
     * @param chain places that are looked at
     * @param insert in levels that are not lazy, places in matches longer than this are not remembered
     */
    private record Effort(int lazy, int nice, int chain, int insert) {}

    private static final Effort[] EFFORTS = {
        new Effort(0, 16, 8, 5),
        new Effort(0, 32, 32, 6),
        new Effort(4, 16, 16, 0),
        new Effort(16, 32, 32, 0),
        new Effort(16, 128, 128, 0),
        new Effort(32, 128, 256, 0),
        new Effort(128, 258, 1024, 0),
        new Effort(258, 258, 4096, 0)
    };

    private final DeflateBlocks blocks;
    private final Effort effort;
    private final Set<Integer> early;
    private final byte[] window = new byte[2 * HALF];
    /** Places count from the beginning of the window plus {@link #base}, so that dropping the older half moves nothing. */
    private final int[] newest = new int[1 << HASH_BITS];

    private final int[] older = new int[HALF];
    private int base = 1;
    private int at;
    private int end;
    private int blockStart;
    private int head = -1;
    private boolean pending;
    private int length = SHORTEST - 1;
    private int distance;
    private int drops;

    GoChains(DeflateBlocks blocks, int level, Set<Integer> early) {
        this.blocks = blocks;
        this.effort = EFFORTS[level - 2];
        this.early = early;
    }

    /** Times until now at which it mattered how the bytes had been handed over. */
    int drops() {
        return drops;
    }

    void write(byte[] from, int offset, int count) throws IOException {
        int done = 0;
        while (done < count) {
            if (end == window.length) {
                search(false);
                if (at >= window.length - AHEAD) {
                    drop();
                }
            }
            int some = Math.min(count - done, window.length - end);
            System.arraycopy(from, offset + done, window, end, some);
            end += some;
            done += some;
        }
    }

    void finish() throws IOException {
        search(true);
        if (pending) {
            blocks.literal(window[at - 1]);
            pending = false;
        }
        if (blocks.count() > 0) {
            flush(at);
        }
    }

    private void drop() {
        System.arraycopy(window, HALF, window, 0, HALF);
        at -= HALF;
        end -= HALF;
        blockStart = blockStart >= HALF ? blockStart - HALF : Integer.MAX_VALUE;
        base += HALF;
        if (base > 1 << 30) {
            rebase();
        }
    }

    private void rebase() {
        int less = base - 1;
        base = 1;
        head -= less;
        for (int[] places : new int[][] {newest, older}) {
            for (int i = 0; i < places.length; i++) {
                places[i] = Math.max(0, places[i] - less);
            }
        }
    }

    private void search(boolean toTheEnd) throws IOException {
        if (effort.lazy == 0) {
            searchGreedily(toTheEnd);
        } else {
            searchLazily(toTheEnd);
        }
    }

    private void searchGreedily(boolean toTheEnd) throws IOException {
        while (goesOn(toTheEnd)) {
            if (at < end - (SHORTEST - 1)) {
                head = remember(at);
            }
            length = SHORTEST - 1;
            if (isInReach() && end - at > SHORTEST - 1) {
                find();
            }
            if (length >= SHORTEST) {
                blocks.match(length, distance);
                if (length <= effort.insert) {
                    rememberUntil(at + length);
                }
                at += length;
                flushIfFull(at);
            } else {
                blocks.literal(window[at]);
                flushIfFull(at + 1);
                at++;
            }
        }
    }

    private void searchLazily(boolean toTheEnd) throws IOException {
        while (goesOn(toTheEnd)) {
            if (at < end - (SHORTEST - 1)) {
                head = remember(at);
            }
            int before = length;
            int beforeDistance = distance;
            length = SHORTEST - 1;
            distance = 0;
            if (before < effort.lazy && end - at > before && isInReach()) {
                find();
            }
            if (before >= SHORTEST && length <= before) {
                blocks.match(before, beforeDistance);
                rememberUntil(at + before - 1);
                at += before - 1;
                pending = false;
                length = SHORTEST - 1;
                flushIfFull(at);
            } else {
                if (pending) {
                    blocks.literal(window[at - 1]);
                    flushIfFull(at);
                }
                at++;
                pending = true;
            }
        }
    }

    private boolean goesOn(boolean toTheEnd) {
        return toTheEnd ? at < end : end - at >= AHEAD;
    }

    private boolean isInReach() {
        return head - base >= Math.max(0, at - HALF);
    }

    private static int hash(byte[] bytes, int at) {
        int four = (bytes[at] << 24)
                | ((bytes[at + 1] & 0xff) << 16)
                | ((bytes[at + 2] & 0xff) << 8)
                | (bytes[at + 3] & 0xff);
        return (four * HASH_FACTOR) >>> (Integer.SIZE - HASH_BITS);
    }

    /** Puts a place at the head of its chain; the place that was there. */
    private int remember(int place) {
        int hash = hash(window, place);
        int before = newest[hash];
        older[place & (HALF - 1)] = before;
        newest[hash] = place + base;
        return before;
    }

    private void rememberUntil(int to) {
        int last = Math.min(to, end - (SHORTEST - 1));
        for (int place = at + 1; place < last; place++) {
            remember(place);
        }
    }

    private void find() {
        if (at == window.length - AHEAD && end == window.length) {
            // Handed over in other pieces, the older half might be gone by now.
            int least = Math.max(0, at - HALF);
            walk(least);
            int far = length;
            int farDistance = distance;
            length = SHORTEST - 1;
            distance = 0;
            if (head - base >= HALF) {
                walk(HALF);
            }
            if (length != far || distance != farDistance) {
                if (!early.contains(drops++)) {
                    length = far;
                    distance = farDistance;
                }
            }
        } else {
            walk(Math.max(0, at - HALF));
        }
    }

    /** Follows the chain down to a place, for the longest match and of equal ones the nearest. */
    private void walk(int least) {
        byte[] bytes = window;
        int from = at;
        int most = Math.min(LONGEST, end - from);
        int nice = Math.min(effort.nice, most);
        int lowest = from - HALF;
        int best = length;
        byte wanted = bytes[from + best];
        int place = head - base;
        for (int tries = effort.chain; tries > 0; tries--) {
            if (bytes[place + best] == wanted) {
                int same = Arrays.mismatch(bytes, place, place + most, bytes, from, from + most);
                if (same < 0) {
                    same = most;
                }
                if (same > best && (same > SHORTEST || from - place <= NEAR)) {
                    best = same;
                    distance = from - place;
                    if (same >= nice) {
                        break;
                    }
                    wanted = bytes[from + same];
                }
            }
            if (place == lowest) {
                break;
            }
            place = older[place & (HALF - 1)] - base;
            if (place < least) {
                break;
            }
        }
        length = best;
    }

    private void flushIfFull(int upTo) throws IOException {
        if (blocks.count() == BLOCK) {
            flush(upTo);
        }
    }

    private void flush(int upTo) throws IOException {
        if (upTo > 0) {
            blocks.flush(window, blockStart, blockStart <= upTo ? upTo - blockStart : -1);
            blockStart = upTo;
        } else {
            blocks.forget();
        }
    }
}
