package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The two call shapes that everything in this room goes through.
 *
 * <p>Every argument travels as a 64-bit register (integers and addresses alike), so two method handles serve all of
 * libc and the kernel: each further shape would cost start time and memory. Addresses are plain longs: who passes one
 * keeps its segment reachable until the call is back.
 */
final class Native {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final long ERRNO_OFFSET =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    static final long CAPTURE_BYTES = Linker.Option.captureStateLayout().byteSize();

    private static final MethodHandle SYSCALL = syscallHandle();

    private Native() {}

    private static MethodHandle syscallHandle() {
        var arch = System.getProperty("os.arch");
        if (!"amd64".equals(arch)) {
            throw new UnsupportedOperationException("system call numbers are known for amd64 only, not for " + arch);
        }
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(
                        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                ERRNO,
                Linker.Option.firstVariadicArg(1));
    }

    /** Loaded only when a libc function (and not a bare system call) is first needed. */
    private static final class Libc {
        static final MethodHandle CALL = LINKER.downcallHandle(
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                ERRNO);
    }

    /** Does a system call; the answer is the kernel's: zero or more, or minus the errno. */
    static long syscall(long number, long a, long b, long c, long d, long e, long f) {
        var capture = Scratch.get().capture;
        try {
            var result = (long) SYSCALL.invokeExact(capture, number, a, b, c, d, e, f);
            return result == -1 ? -capture.get(JAVA_INT, ERRNO_OFFSET) : result;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long syscall(long number, long a, long b, long c, long d, long e) {
        return syscall(number, a, b, c, d, e, 0);
    }

    static long syscall(long number, long a, long b, long c, long d) {
        return syscall(number, a, b, c, d, 0, 0);
    }

    static long syscall(long number, long a, long b, long c) {
        return syscall(number, a, b, c, 0, 0, 0);
    }

    static long syscall(long number, long a, long b) {
        return syscall(number, a, b, 0, 0, 0, 0);
    }

    static long syscall(long number, long a) {
        return syscall(number, a, 0, 0, 0, 0, 0);
    }

    /** Calls a C function of up to six integer or pointer arguments; an int answer needs a cast by the caller. */
    static long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        var capture = Scratch.get().capture;
        try {
            return (long) Libc.CALL.invokeExact(function, capture, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long call(MemorySegment function, long a, long b, long c) {
        return call(function, a, b, c, 0, 0, 0);
    }

    static long call(MemorySegment function, long a, long b) {
        return call(function, a, b, 0, 0, 0, 0);
    }

    static long call(MemorySegment function, long a) {
        return call(function, a, 0, 0, 0, 0, 0);
    }

    /** The errno that the last {@link #call} of this thread left. */
    static int errno() {
        return Scratch.get().capture.get(JAVA_INT, ERRNO_OFFSET);
    }

    static MemorySegment function(String name) {
        return LINKER.defaultLookup().findOrThrow(name);
    }

    /** Opens a shared library for the life of the process; empty where it is not installed. */
    static Optional<SymbolLookup> library(String name) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException notInstalled) {
            return Optional.empty();
        }
    }

    private static RuntimeException unexpected(Throwable t) {
        if (t instanceof Error error) {
            throw error;
        }
        return t instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(t);
    }
}
