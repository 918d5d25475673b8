package io.wharf.tar;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Deflates as Go's {@code compress/flate} does, to the bit: what docker, buildkit and containerd pack layers with. Closing it
 * ends the deflate stream and leaves the stream below open.
 */
final class GoDeflate extends OutputStream {
    /** Go's {@code HuffmanOnly}. */
    static final int LITERALS_ONLY = -2;

    static final int DEFAULT = 6;

    private final int level;
    private final DeflateBlocks blocks;
    private final @Nullable GoChains chains;
    private final @Nullable GoPairs pairs;
    /** Two blocks for the levels that work in blocks; the first is the one before. */
    private final byte[] bytes;

    private int used;
    private boolean closed;

    /** The level is -2 to 9; {@code early} is told of in {@link GoChains}. */
    GoDeflate(OutputStream out, int level, Set<Integer> early) {
        this.level = level;
        boolean chained = level >= 2;
        blocks = new DeflateBlocks(out, chained ? (1 << 14) + 1 : GoPairs.BLOCK);
        bytes = new byte[chained ? 0 : 2 * GoPairs.BLOCK];
        chains = chained ? new GoChains(blocks, level, early) : null;
        pairs = level == 1 ? new GoPairs(blocks, bytes) : null;
    }

    /** See {@link GoChains#drops}. */
    int drops() {
        return chains == null ? 0 : chains.drops();
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        if (chains != null) {
            chains.write(from, offset, length);
            return;
        }
        int done = 0;
        while (done < length) {
            if (used == GoPairs.BLOCK) {
                block();
            }
            int some = Math.min(length - done, GoPairs.BLOCK - used);
            System.arraycopy(from, offset + done, bytes, GoPairs.BLOCK + used, some);
            used += some;
            done += some;
        }
    }

    private void block() throws IOException {
        if (used == 0) {
            return;
        }
        if (pairs != null && (used == GoPairs.BLOCK || used >= 128)) {
            pairs.search(used);
            if (blocks.count() > used - (used >> 4)) {
                blocks.literalsOnly(bytes, GoPairs.BLOCK, used);
            } else {
                blocks.flushDynamic(bytes, GoPairs.BLOCK, used);
            }
            pairs.next();
        } else if (level == 0 || (level == 1 && used <= 16)) {
            blocks.stored(bytes, GoPairs.BLOCK, used);
        } else {
            blocks.literalsOnly(bytes, GoPairs.BLOCK, used);
        }
        used = 0;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (chains != null) {
            chains.finish();
        } else {
            block();
        }
        blocks.finish();
    }
}
