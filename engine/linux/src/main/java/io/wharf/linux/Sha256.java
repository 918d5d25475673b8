package io.wharf.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 by libcrypto where it is installed: nine times as fast as what the JVM's first compiler makes of Java's.
 *
 * <p>The library is opened by the first hash of a large content. One that is not there, or lacks the calls, costs speed and
 * nothing else.
 */
public final class Sha256 extends MessageDigest {
    private static final int LENGTH = 32;
    /** SHA256_CTX: state, bit count, a block, two counters. */
    private static final int CONTEXT_BYTES = 112;
    /** No safepoint can begin during a call on the heap, so each takes some 100 µs at most. */
    private static final int AT_ONCE = 256 << 10;

    private final Library library;
    /** Freed with this object: whoever hashes need not close. */
    private final MemorySegment context = Arena.ofAuto().allocate(CONTEXT_BYTES, 16);

    private Sha256(Library library) {
        super("SHA-256");
        this.library = library;
        reset();
    }

    /** A new hash, the fastest that there is. */
    public static MessageDigest create() {
        Library library = Found.LIBRARY;
        return library == null ? ofJava() : new Sha256(library);
    }

    /** True where hashes are made by libcrypto. */
    public static boolean isNative() {
        return Found.LIBRARY != null;
    }

    private static MessageDigest ofJava() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private record Library(MethodHandle init, MethodHandle update, MethodHandle finish) {}

    private static final class Found {
        static final @Nullable Library LIBRARY = find();

        private static @Nullable Library find() {
            return Native.library("libcrypto.so.3")
                    .or(() -> Native.library("libcrypto.so.1.1"))
                    .flatMap(Found::bind)
                    .orElse(null);
        }

        private static Optional<Library> bind(SymbolLookup symbols) {
            Linker linker = Linker.nativeLinker();
            var heap = Linker.Option.critical(true);
            return symbols.find("SHA256_Init")
                    .flatMap(init -> symbols.find("SHA256_Update")
                            .flatMap(update -> symbols.find("SHA256_Final")
                                    .map(finish -> new Library(
                                            linker.downcallHandle(init, FunctionDescriptor.of(JAVA_INT, ADDRESS)),
                                            linker.downcallHandle(
                                                    update,
                                                    FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG),
                                                    heap),
                                            linker.downcallHandle(
                                                    finish,
                                                    FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS),
                                                    heap)))));
        }
    }

    @Override
    protected int engineGetDigestLength() {
        return LENGTH;
    }

    @Override
    protected void engineUpdate(byte input) {
        engineUpdate(new byte[] {input}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
        update(MemorySegment.ofArray(input).asSlice(offset, length));
    }

    @Override
    protected void engineUpdate(ByteBuffer input) {
        update(MemorySegment.ofBuffer(input));
        input.position(input.limit());
    }

    private void update(MemorySegment input) {
        for (long done = 0; done < input.byteSize(); ) {
            long count = Math.min(AT_ONCE, input.byteSize() - done);
            try {
                check((int) library.update.invokeExact(context, input.asSlice(done, count), count));
            } catch (Throwable t) {
                throw unexpected(t);
            }
            done += count;
        }
    }

    @Override
    protected byte[] engineDigest() {
        byte[] digest = new byte[LENGTH];
        try {
            check((int) library.finish.invokeExact(MemorySegment.ofArray(digest), context));
        } catch (Throwable t) {
            throw unexpected(t);
        }
        engineReset();
        return digest;
    }

    @Override
    protected void engineReset() {
        try {
            check((int) library.init.invokeExact(context));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static void check(int result) {
        if (result != 1) {
            throw new IllegalStateException("libcrypto refuses to hash");
        }
    }

    private static RuntimeException unexpected(Throwable t) {
        if (t instanceof Error error) {
            throw error;
        }
        return t instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(t);
    }
}
