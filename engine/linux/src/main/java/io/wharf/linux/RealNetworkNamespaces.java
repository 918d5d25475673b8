package io.wharf.linux;

import java.util.function.Function;
import java.util.function.Supplier;

/** {@link NetworkNamespaces} of the running kernel. */
final class RealNetworkNamespaces implements NetworkNamespaces {
    static final RealNetworkNamespaces INSTANCE = new RealNetworkNamespaces();

    private static final int CLONE_NEWNET = 0x40000000;
    private static final String HERE = "/proc/thread-self/ns/net";
    private static final long NSFS_MAGIC = 0x6e736673;

    private RealNetworkNamespaces() {}

    @Override
    public <T> T create(String path, Function<Fd, T> work) {
        Entries.open(path, OpenFlags.O_RDONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL, 0444)
                .close();
        try {
            return ThreadOfItsOwn.run("wharf-netns", () -> {
                Check.that("unshare", Native.syscall(Nr.UNSHARE, CLONE_NEWNET), "CLONE_NEWNET");
                RealMounts.INSTANCE.bind(HERE, path, false);
                try (var namespace = open(HERE)) {
                    return work.apply(namespace);
                }
            });
        } catch (RuntimeException e) {
            delete(path);
            throw e;
        }
    }

    @Override
    public void delete(String path) {
        while (exists(path)) {
            RealMounts.INSTANCE.unmount(path, MountFlags.MNT_DETACH);
        }
        try {
            Entries.unlink(OpenFlags.AT_FDCWD, path);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    @Override
    public boolean exists(String path) {
        try {
            return Storage.fileSystem(path).magic() == NSFS_MAGIC;
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public Fd open(String path) {
        return Entries.open(path, OpenFlags.O_RDONLY, 0);
    }

    @Override
    public <T> T in(String path, Supplier<T> work) {
        try (var namespace = open(path)) {
            return ThreadOfItsOwn.run("wharf-netns", () -> {
                var entered = Native.syscall(Nr.SETNS, namespace.value(), CLONE_NEWNET);
                Check.that("setns", entered, path, "CLONE_NEWNET");
                return work.get();
            });
        }
    }
}
