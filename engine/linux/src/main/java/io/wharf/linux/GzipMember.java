package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Packs blocks of bytes, each into a gzip member of its own: by libdeflate where it is installed, which is two to three
 * times as fast as zlib and packs as well, else by Java's zlib.
 *
 * <p>Members in a row are one gzip stream (RFC 1952, 2.2). The same bytes give the same member on one machine. Not for
 * several threads at once; to be closed.
 */
public final class GzipMember implements AutoCloseable {
    /** Of libdeflate: packs as zlib's 5 does. */
    private static final int LEVEL = 3;

    private static final int ZLIB_LEVEL = 4;
    /** More than a member of bytes that cannot be packed needs beyond them. */
    private static final int MARGIN = 4096;

    private final Arena arena = Arena.ofShared();
    private final @Nullable Library library = Found.LIBRARY;
    private final int block;
    private long compressor;
    private @Nullable MemorySegment in;
    private @Nullable MemorySegment out;

    /** For blocks of at most so many bytes. */
    public GzipMember(int block) {
        this.block = block;
        if (library != null) {
            compressor = Native.call(library.allocate(), LEVEL);
            in = arena.allocate(block);
            out = arena.allocate(block + block / 8 + MARGIN);
        }
    }

    private record Library(MemorySegment allocate, MemorySegment compress, MemorySegment free) {}

    private static final class Found {
        static final @Nullable Library LIBRARY = Native.library("libdeflate.so.0")
                .flatMap(symbols -> symbols.find("libdeflate_alloc_compressor")
                        .flatMap(allocate -> symbols.find("libdeflate_gzip_compress")
                                .flatMap(compress -> symbols.find("libdeflate_free_compressor")
                                        .map(free -> new Library(allocate, compress, free)))))
                .orElse(null);
    }

    /** The member of a block. */
    public byte[] pack(byte[] bytes, int length) {
        if (length > block) {
            throw new IllegalArgumentException("a block of " + length + " bytes is too long");
        }
        MemorySegment from = in;
        MemorySegment into = out;
        if (library == null || compressor == 0 || from == null || into == null) {
            return packByZlib(bytes, length);
        }
        MemorySegment.copy(bytes, 0, from, JAVA_BYTE, 0, length);
        long count =
                Native.call(library.compress(), compressor, from.address(), length, into.address(), into.byteSize(), 0);
        return count == 0 ? packByZlib(bytes, length) : Scratch.bytes(into, count);
    }

    private static byte[] packByZlib(byte[] bytes, int length) {
        var packed = new ByteArrayOutputStream(length / 2 + 64);
        try (var gzip = new Zlib(packed)) {
            gzip.write(bytes, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    private static final class Zlib extends GZIPOutputStream {
        Zlib(ByteArrayOutputStream out) throws IOException {
            super(out, 32 << 10);
            def.setLevel(ZLIB_LEVEL);
        }
    }

    @Override
    public void close() {
        if (library != null && compressor != 0) {
            Native.call(library.free(), compressor);
            compressor = 0;
        }
        arena.close();
    }
}
