package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * A file descriptor that somebody owns: closed exactly once, by whoever closes first, or handed on by {@link #release}.
 *
 * <p>A second close is harmless and closes nothing. Using a closed one fails with EBADF, never with another's file.
 */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Fd.class, "value", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int value;

    private Fd(int value) {
        this.value = value;
    }

    /** Takes ownership of a descriptor. */
    public static Fd own(int value) {
        if (value < 0) {
            throw new IllegalArgumentException("not a descriptor: " + value);
        }
        return new Fd(value);
    }

    /** The number, still owned by this object. */
    public int value() {
        var number = value;
        if (number == CLOSED) {
            throw new LinuxException("fd", Errno.EBADF, "closed");
        }
        return number;
    }

    public boolean isOpen() {
        return value != CLOSED;
    }

    /** Hands the number to a new owner; this object then counts as closed. */
    public int release() {
        var number = (int) VALUE.getAndSet(this, CLOSED);
        if (number == CLOSED) {
            throw new LinuxException("fd", Errno.EBADF, "closed");
        }
        return number;
    }

    /** Closes it. Linux frees the number even where close reports an error, so errors are not repeated. */
    @Override
    public void close() {
        var number = (int) VALUE.getAndSet(this, CLOSED);
        if (number != CLOSED) {
            Native.syscall(Nr.CLOSE, number);
        }
    }

    /** Another descriptor of the same open file, close-on-exec. */
    public Fd duplicate() {
        return own(Descriptors.duplicate(value(), 0));
    }

    /** A path that names the open file itself: for calls that know no descriptors. */
    public String procPath() {
        return "/proc/self/fd/" + value();
    }

    /**
     * Reads into native memory.
     *
     * @return bytes read, 0 at the end, -1 where a non-blocking descriptor has nothing now
     */
    public int read(MemorySegment into) {
        try {
            return transferred("read", Native.syscall(Nr.READ, value(), into.address(), into.byteSize()));
        } finally {
            Reference.reachabilityFence(into);
        }
    }

    public int read(byte[] into, int offset, int length) {
        var data = Scratch.get().data(length);
        var count = transferred(
                "read", Native.syscall(Nr.READ, value(), data.address(), Math.min(length, data.byteSize())));
        if (count > 0) {
            MemorySegment.copy(data, JAVA_BYTE, 0, into, offset, count);
        }
        return count;
    }

    /** Reads into a buffer's remaining room and moves its position; direct buffers are filled in place. */
    public int read(ByteBuffer into) {
        if (into.isDirect()) {
            var count = read(MemorySegment.ofBuffer(into));
            into.position(into.position() + Math.max(0, count));
            return count;
        }
        var data = Scratch.get().data(into.remaining());
        var count = transferred(
                "read", Native.syscall(Nr.READ, value(), data.address(), Math.min(into.remaining(), data.byteSize())));
        if (count > 0) {
            into.put(data.asSlice(0, count).asByteBuffer());
        }
        return count;
    }

    /** Writes from native memory; how many bytes went, or -1 where a non-blocking descriptor takes none now. */
    public int write(MemorySegment from) {
        try {
            return transferred("write", Native.syscall(Nr.WRITE, value(), from.address(), from.byteSize()));
        } finally {
            Reference.reachabilityFence(from);
        }
    }

    public int write(byte[] from, int offset, int length) {
        var data = Scratch.get().data(length);
        var once = (int) Math.min(length, data.byteSize());
        MemorySegment.copy(from, offset, data, JAVA_BYTE, 0, once);
        return transferred("write", Native.syscall(Nr.WRITE, value(), data.address(), once));
    }

    /** Writes a buffer's remaining bytes once and moves its position by what went. */
    public int write(ByteBuffer from) {
        MemorySegment source;
        if (from.isDirect()) {
            source = MemorySegment.ofBuffer(from);
        } else {
            var data = Scratch.get().data(from.remaining());
            source = data.asSlice(0, Math.min(from.remaining(), data.byteSize()));
            source.asByteBuffer().put(from.slice(from.position(), (int) source.byteSize()));
        }
        var count = write(source);
        from.position(from.position() + Math.max(0, count));
        return count;
    }

    /** Writes everything; for blocking descriptors, on a thread that may block. */
    public void writeAll(byte[] from) {
        for (var done = 0; done < from.length; ) {
            var count = write(from, done, from.length - done);
            if (count < 0) {
                throw new LinuxException("write", Errno.EAGAIN, value());
            }
            done += count;
        }
    }

    private int transferred(String call, long result) {
        if (result >= 0) {
            return (int) result;
        }
        if (result == -Errno.EAGAIN) {
            return -1;
        }
        throw new LinuxException(call, (int) -result, value);
    }

    @Override
    public String toString() {
        var number = value;
        return number == CLOSED ? "fd closed" : "fd " + number;
    }
}
