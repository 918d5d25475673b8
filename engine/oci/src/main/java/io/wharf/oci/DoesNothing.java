package io.wharf.oci;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The smallest program there is: it ends at once, and well. No root has one that can be counted on, and a probe needs no
 * other file.
 */
final class DoesNothing {
    private static final int HEADER = 64;
    private static final int SEGMENT = 56;
    private static final int START = HEADER + SEGMENT;
    private static final long ADDRESS = 0x400000;
    /** mov eax, 60 (exit); xor edi, edi; syscall. The engine itself speaks with kernels of this machine alone. */
    private static final byte[] CODE = {(byte) 0xb8, 60, 0, 0, 0, 0x31, (byte) 0xff, 0x0f, 0x05};

    private DoesNothing() {}

    /** An ELF file of one segment, which is loaded whole. */
    static byte[] program() {
        int size = START + CODE.length;
        ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
        // Executable, x86-64, version; entry, place of the segments, no sections; flags and sizes.
        file.putShort((short) 2).putShort((short) 62).putInt(1);
        file.putLong(ADDRESS + START).putLong(HEADER).putLong(0);
        file.putInt(0).putShort((short) HEADER).putShort((short) SEGMENT).putShort((short) 1);
        file.position(HEADER);
        // Load, readable and executable; place in the file and in memory, sizes, alignment.
        file.putInt(1).putInt(5);
        file.putLong(0).putLong(ADDRESS).putLong(ADDRESS);
        file.putLong(size).putLong(size).putLong(0x1000);
        file.put(CODE);
        return file.array();
    }
}
