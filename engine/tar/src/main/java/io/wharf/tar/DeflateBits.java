package io.wharf.tar;

import java.io.IOException;
import java.io.OutputStream;

/** Bits into bytes, lowest first, as a deflate stream packs them (RFC 1951, 3.1.1). */
final class DeflateBits {
    private static final int ROOM = 8 << 10;
    /** More bits than this are never held back. */
    private static final int FULL = 32;

    private final OutputStream out;
    private final byte[] bytes = new byte[ROOM];
    private int used;
    private long held;
    private int count;

    DeflateBits(OutputStream out) {
        this.out = out;
    }

    /** At most 16 bits. */
    void put(int bits, int length) throws IOException {
        held |= (long) bits << count;
        count += length;
        if (count >= FULL) {
            if (used > ROOM - Integer.BYTES) {
                spill();
            }
            int low = (int) held;
            bytes[used] = (byte) low;
            bytes[used + 1] = (byte) (low >>> 8);
            bytes[used + 2] = (byte) (low >>> 16);
            bytes[used + 3] = (byte) (low >>> 24);
            used += Integer.BYTES;
            held >>>= FULL;
            count -= FULL;
        }
    }

    /** A block without compression: its header, aligned, then the bytes. */
    void stored(byte[] from, int offset, int length, boolean last) throws IOException {
        put(last ? 1 : 0, 3);
        align();
        put(length, 16);
        put(~length & 0xffff, 16);
        align();
        spill();
        out.write(from, offset, length);
    }

    /** Fills up the byte, and hands on all that there is. */
    void finish() throws IOException {
        align();
        spill();
    }

    private void align() throws IOException {
        if (used > ROOM - Long.BYTES) {
            spill();
        }
        while (count > 0) {
            bytes[used++] = (byte) held;
            held >>>= 8;
            count -= 8;
        }
        held = 0;
        count = 0;
    }

    private void spill() throws IOException {
        out.write(bytes, 0, used);
        used = 0;
    }
}
