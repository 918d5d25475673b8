package io.wharf.linux;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Makes sockets in other network namespaces, many of them and cheaply: one thread goes into the namespace, makes the
 * socket and comes back, which takes some microseconds; the socket is then used on any thread.
 *
 * <p>{@link NetworkNamespaces#in} takes a new thread each time and can do anything; this one makes raw calls only between
 * going and coming, and so never starts a thread in a foreign namespace. It ends when nothing was wanted for a while.
 */
public final class NamespaceSockets implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int IDLE_SECONDS = 10;
    private static final int STACK_BYTES = 256 << 10;

    private final ThreadPoolExecutor walker;

    public NamespaceSockets() {
        walker = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            var thread = new Thread(null, task, "wharf-netns-sockets", STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        });
        walker.allowCoreThreadTimeOut(true);
    }

    /**
     * A TCP socket for {@link InetSockets#connect}; the answer arrives on the context.
     *
     * @param namespace path of a network namespace; ENOENT where it is gone
     * @param family an address of the family that is wanted
     */
    public Future<Fd> tcp(Context context, String namespace, InetAddress family) {
        return make(context, namespace, () -> InetSockets.tcp(family));
    }

    /** As {@link #tcp}, for UDP. */
    public Future<Fd> udp(Context context, String namespace, InetAddress family) {
        return make(context, namespace, () -> InetSockets.datagram(family));
    }

    /**
     * Sockets of whatever kind; the answer arrives on the context.
     *
     * @param work makes raw calls of this package only, and closes what it has made where it fails
     */
    public <T extends AutoCloseable> Future<T> make(Context context, String namespace, Supplier<T> work) {
        var promise = Promise.<T>promise();
        try {
            walker.execute(() -> {
                try {
                    var sockets = inside(namespace, work);
                    if (!answered(context, () -> promise.complete(sockets))) {
                        close(sockets);
                    }
                } catch (RuntimeException e) {
                    answered(context, () -> promise.fail(e));
                }
            });
        } catch (RejectedExecutionException closed) {
            promise.fail(closed);
        }
        return promise.future();
    }

    /** False where the context has ended: nobody would take the answer, nor close what is in it. */
    private static boolean answered(Context context, Runnable answer) {
        try {
            context.runOnContext(turn -> answer.run());
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    private static <T extends AutoCloseable> T inside(String namespace, Supplier<T> work) {
        // The process's own is that of its first thread, which never leaves it.
        try (var home = NetworkNamespaces.real().open("/proc/self/ns/net");
                var target = NetworkNamespaces.real().open(namespace)) {
            Check.that("setns", Native.syscall(Nr.SETNS, target.value(), CLONE_NEWNET), namespace, "CLONE_NEWNET");
            T sockets = null;
            try {
                sockets = work.get();
            } finally {
                var back = Native.syscall(Nr.SETNS, home.value(), CLONE_NEWNET);
                if (back < 0 && sockets != null) {
                    close(sockets);
                }
                Check.that("setns", back, "home", "CLONE_NEWNET");
            }
            return sockets;
        }
    }

    private static void close(AutoCloseable sockets) {
        try {
            sockets.close();
        } catch (Exception e) {
            throw new IllegalStateException("sockets that cannot be closed", e);
        }
    }

    @Override
    public void close() {
        walker.shutdown();
    }
}
