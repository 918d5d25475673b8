package io.wharf.tests.tap;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Notices clients that are gone while the engine does not read what they have sent: a refused upload. The pump stands in
 * its write then and never comes to the end of the client's bytes; the engine, without a tap, would see the client go.
 *
 * <p>The JDK tells of a hang-up only to who reads, so the kernel is asked, by a few poll(2) a second at most.
 */
final class HangUps {
    private static final short POLLHUP = 0x10;
    private static final int STANDING = 200;
    private static final MethodHandle POLL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().find("poll").orElseThrow(),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    /** Writes to the engine that go on, by the client whose bytes they are, and what to do if it is gone. */
    private static final Map<SocketChannel, Write> WRITES = new ConcurrentHashMap<>();

    private record Write(long since, Runnable gone) {}

    static {
        Thread.ofPlatform().daemon().name("hang-ups").start(HangUps::watch);
    }

    private HangUps() {}

    static void beginWrite(SocketChannel client, Runnable gone) {
        WRITES.put(client, new Write(System.nanoTime(), gone));
    }

    static void endWrite(SocketChannel client) {
        WRITES.remove(client);
    }

    private static void watch() {
        try {
            while (true) {
                Thread.sleep(STANDING);
                long old = System.nanoTime() - STANDING * 1_000_000L;
                WRITES.forEach((client, write) -> {
                    if (write.since < old && client.isOpen() && hungUp(client)) {
                        write.gone.run();
                    }
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean hungUp(SocketChannel client) {
        try (Arena arena = Arena.ofConfined()) {
            Method descriptor = client.getClass().getMethod("getFDVal");
            descriptor.setAccessible(true);
            // struct pollfd: int fd, short events, short revents.
            MemorySegment asked = arena.allocate(8, 4);
            asked.set(ValueLayout.JAVA_INT, 0, (int) descriptor.invoke(client));
            int ready = (int) POLL.invokeExact(asked, 1L, 0);
            return ready > 0 && (asked.get(ValueLayout.JAVA_SHORT, 6) & POLLHUP) != 0;
        } catch (Throwable e) {
            throw new IllegalStateException("cannot ask for a socket's state", e);
        }
    }
}
