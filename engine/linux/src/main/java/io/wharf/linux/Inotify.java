package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.netty.channel.IoEventLoop;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** Watches files and folders for changes; events arrive on one event loop, in their order. */
public final class Inotify implements AutoCloseable {
    public static final int IN_MODIFY = 0x2;
    public static final int IN_ATTRIB = 0x4;
    public static final int IN_CLOSE_WRITE = 0x8;
    public static final int IN_MOVED_FROM = 0x40;
    public static final int IN_MOVED_TO = 0x80;
    public static final int IN_CREATE = 0x100;
    public static final int IN_DELETE = 0x200;
    public static final int IN_DELETE_SELF = 0x400;
    public static final int IN_MOVE_SELF = 0x800;
    /** Events were lost: what is watched must be read anew. Its watch number is -1. */
    public static final int IN_Q_OVERFLOW = 0x4000;
    /** The watch is gone, by {@link #remove} or with its file. */
    public static final int IN_IGNORED = 0x8000;

    public static final int IN_ONLYDIR = 0x1000000;

    private static final int CHUNK = 16 << 10;
    private static final int HEADER = 16;

    private final Fd fd;
    private final Readiness readiness;

    /**
     * One event.
     *
     * @param watch the number that {@link #add} gave
     * @param cookie the same for both halves of a rename
     * @param name of the entry in a watched folder, else empty
     */
    public record Event(int watch, int mask, int cookie, String name) {
        public boolean has(int bit) {
            return (mask & bit) != 0;
        }
    }

    private Inotify(Fd fd, IoEventLoop loop, Consumer<Event> events) {
        this.fd = fd;
        this.readiness = Readiness.watch(loop, fd, () -> drain(events));
    }

    public static Inotify open(IoEventLoop loop, Consumer<Event> events) {
        var flags = OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK;
        var fd = Fd.own(Check.fd("inotify_init1", Native.syscall(Nr.INOTIFY_INIT1, flags), flags));
        return new Inotify(fd, loop, events);
    }

    /** Watches a path for the {@code IN_*} of the mask; the number that its events carry. */
    public int add(String path, int mask) {
        var name = Scratch.get().first(path, "inotify_add_watch");
        return Check.fd(
                "inotify_add_watch",
                Native.syscall(Nr.INOTIFY_ADD_WATCH, fd.value(), name, mask),
                path,
                "0x" + Integer.toHexString(mask));
    }

    public void remove(int watch) {
        Check.that("inotify_rm_watch", Native.syscall(Nr.INOTIFY_RM_WATCH, fd.value(), watch), watch);
    }

    /** Ends all watches; no event arrives once this has run on the loop. */
    @Override
    public void close() {
        readiness.cancel(fd::close);
    }

    private void drain(Consumer<Event> events) {
        while (fd.isOpen()) {
            // Copied out first: the callback may use this thread's buffers itself.
            var chunk = new byte[CHUNK];
            var count = fd.read(chunk, 0, CHUNK);
            if (count <= 0) {
                return;
            }
            decode(chunk, count, events);
        }
    }

    private static void decode(byte[] chunk, int count, Consumer<Event> events) {
        var data = MemorySegment.ofArray(chunk);
        for (var at = 0; at < count; ) {
            var length = data.get(JAVA_INT_UNALIGNED, at + 12L);
            var end = at + HEADER;
            while (end < at + HEADER + length && data.get(JAVA_BYTE, end) != 0) {
                end++;
            }
            events.accept(new Event(
                    data.get(JAVA_INT_UNALIGNED, at),
                    data.get(JAVA_INT_UNALIGNED, at + 4L),
                    data.get(JAVA_INT_UNALIGNED, at + 8L),
                    Names.decode(chunk, at + HEADER, end - at - HEADER)));
            at += HEADER + length;
        }
    }
}
