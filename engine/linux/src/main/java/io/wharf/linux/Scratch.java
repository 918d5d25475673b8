package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Native buffers of one thread, used again by each call so that hot paths allocate nothing.
 *
 * <p>A buffer is valid until the same thread's next call that fills it; nothing here outlives a single wrapper method.
 */
final class Scratch {
    /** PATH_MAX, the terminating zero included. */
    static final int PATH_BYTES = 4096;

    private static final long DATA_LIMIT = 256 << 10;
    private static final int STRUCT_BYTES = 1024;
    private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

    final MemorySegment capture;
    final MemorySegment first;
    final MemorySegment second;
    /** For one struct a call: 1 KiB, 16-byte aligned, contents undefined. */
    final MemorySegment struct;

    private @Nullable MemorySegment data;

    private Scratch() {
        var arena = Arena.ofAuto();
        capture = arena.allocate(Native.CAPTURE_BYTES, 16);
        first = arena.allocate(PATH_BYTES, 16);
        second = arena.allocate(PATH_BYTES, 16);
        struct = arena.allocate(STRUCT_BYTES, 16);
    }

    static Scratch get() {
        return CURRENT.get();
    }

    /** Puts a path into the first path buffer; its address. */
    long first(String path, String call) {
        Names.encode(path, first, call);
        return first.address();
    }

    /** Puts a path into the second path buffer; its address. */
    long second(String path, String call) {
        Names.encode(path, second, call);
        return second.address();
    }

    /** The struct buffer's first bytes, zeroed. */
    MemorySegment zeroed(long bytes) {
        return struct.asSlice(0, bytes).fill((byte) 0);
    }

    /** A larger buffer for bytes that travel, contents undefined: what is asked, but at most 256 KiB. */
    MemorySegment data(long bytes) {
        var kept = data;
        if (kept != null && kept.byteSize() >= Math.min(bytes, DATA_LIMIT)) {
            return kept;
        }
        var size = Math.clamp(Long.highestOneBit(Math.max(1, bytes - 1)) << 1, 8192, DATA_LIMIT);
        var grown = Arena.ofAuto().allocate(size, 16);
        data = grown;
        return grown;
    }

    static byte[] bytes(MemorySegment segment, long length) {
        return segment.asSlice(0, length).toArray(JAVA_BYTE);
    }
}
