package io.wharf.logs;

import java.io.IOException;

/** Finds the last lines of a log in which each line feed ends one, by reading it backwards. */
final class CountLines {
    private static final int BLOCK = 64 << 10;

    private CountLines() {}

    /** Where the last so many lines begin, and how many of them there are. */
    static long[] backwards(SizedPlace log, long wanted) throws IOException {
        byte[] block = new byte[BLOCK];
        long found = 0;
        long end = log.size();
        boolean any = false;
        while (end > 0) {
            long start = Math.max(0, end - BLOCK);
            int count = log.read(block, 0, (int) (end - start), start);
            for (int i = count - 1; i >= 0; i--) {
                if (block[i] == '\n') {
                    if (any && ++found == wanted) {
                        return new long[] {start + i + 1, found};
                    }
                    any = true;
                }
            }
            end = start;
        }
        return new long[] {0, any ? found + 1 : 0};
    }
}
