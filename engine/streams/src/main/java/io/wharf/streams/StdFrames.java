package io.wharf.streams;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Docker's framing of two outputs in one stream: stream number, three zero bytes, the length as a big-endian int, bytes.
 *
 * <p>Source: "Stream format" of the attach call in the Docker Engine API.
 */
public final class StdFrames {
    public static final int STDOUT = 1;
    public static final int STDERR = 2;
    public static final int HEADER_BYTES = 8;

    /** Below this many bytes a copy is cheaper than one more component to write out. */
    private static final int SMALL = 1024;

    private StdFrames() {}

    /** Writes a header at a place of a buffer whose bytes are set or will be. */
    public static void header(ByteBuf into, int index, int stream, int length) {
        into.setInt(index, stream << 24);
        into.setInt(index + 4, length);
    }

    /** Writes a header into an array. */
    public static void header(byte[] into, int index, int stream, int length) {
        into[index] = (byte) stream;
        into[index + 1] = 0;
        into[index + 2] = 0;
        into[index + 3] = 0;
        into[index + 4] = (byte) (length >>> 24);
        into[index + 5] = (byte) (length >>> 16);
        into[index + 6] = (byte) (length >>> 8);
        into[index + 7] = (byte) length;
    }

    /** A frame around bytes that are taken over; large ones are not copied. */
    public static ByteBuf frame(ByteBufAllocator allocator, int stream, ByteBuf bytes) {
        int length = bytes.readableBytes();
        boolean small = length < SMALL;
        ByteBuf header = allocator.directBuffer(HEADER_BYTES + (small ? length : 0));
        header(header, 0, stream, length);
        header.writerIndex(HEADER_BYTES);
        if (small) {
            header.writeBytes(bytes);
            bytes.release();
            return header;
        }
        return allocator.compositeDirectBuffer(2).addComponents(true, header, bytes);
    }
}
