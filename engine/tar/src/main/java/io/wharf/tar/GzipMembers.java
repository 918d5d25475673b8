package io.wharf.tar;

import io.wharf.linux.GzipMember;
import java.io.IOException;
import java.io.OutputStream;

/** Packs each so many bytes into a gzip member of its own, and what is left at the end, even nothing, into the last. */
final class GzipMembers extends OutputStream {
    private final OutputStream out;
    private final GzipMember member;
    private final byte[] block;
    private int used;
    private boolean released;

    GzipMembers(OutputStream out, int bytes) {
        this.out = out;
        this.block = new byte[bytes];
        this.member = new GzipMember(bytes);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int count = Math.min(length - done, block.length - used);
            System.arraycopy(from, offset + done, block, used, count);
            used += count;
            done += count;
            if (used == block.length) {
                pack();
            }
        }
    }

    private void pack() throws IOException {
        byte[] packed = member.pack(block, used);
        used = 0;
        out.write(packed, 0, packed.length);
    }

    @Override
    public void close() throws IOException {
        pack();
    }

    /** Gives the packer back; may be said again. */
    void release() {
        if (!released) {
            released = true;
            member.close();
        }
    }
}
