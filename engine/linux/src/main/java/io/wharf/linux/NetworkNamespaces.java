package io.wharf.linux;

import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Network namespaces kept alive by a bind mount on a file, so that they need no process.
 *
 * <p>Entering one is a matter of a thread: each call uses a thread of its own that ends afterwards, for whatever a
 * thread in a namespace starts (threads, carriers) would be in it too. Tests may stand in for this interface.
 */
public interface NetworkNamespaces {
    static NetworkNamespaces real() {
        return RealNetworkNamespaces.INSTANCE;
    }

    /** Makes a namespace and its file, whose folder exists and lies on a mount that others see. EEXIST where taken. */
    default void create(String path) {
        create(path, namespace -> true);
    }

    /**
     * The same, and at once short native work inside, as for {@link #in(String, Supplier)}: one thread for both. Nothing is
     * left where the work fails.
     *
     * @param work given a handle on the namespace
     */
    <T> T create(String path, Function<Fd, T> work);

    /** Unmounts and removes the file; nothing where there is none. The namespace ends with its last process or socket. */
    void delete(String path);

    /** Whether a namespace is mounted on this file. */
    boolean exists(String path);

    /** A handle, as for {@link Netlink}; paths like /proc/PID/ns/net do as well. */
    Fd open(String path);

    /**
     * Does short native work inside: only calls of this package on what it makes itself, no logging, no new threads,
     * no event loop.
     */
    <T> T in(String path, Supplier<T> work);

    /** As {@link #in(String, Supplier)}, without an answer: as for files below /proc/sys/net. */
    default void in(String path, Runnable work) {
        in(path, () -> {
            work.run();
            return true;
        });
    }
}
