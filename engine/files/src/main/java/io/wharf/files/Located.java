package io.wharf.files;

import io.wharf.base.WharfException;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Storage;
import java.util.Set;

/**
 * An entry of a container, found without leaving its root: the folder that holds it, open, and its name there, which is
 * {@code .} for the folder itself.
 */
record Located(Fd folder, String name, FileStatus status) implements AutoCloseable {
    private static final int FOLDER = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;

    /** proc, sysfs, cgroup 1 and 2, devpts, mqueue, security, debug, trace, bpf, pstore, efivars, config, binfmt. */
    private static final Set<Long> KERNELS_OWN = Set.of(
            0x9fa0L,
            0x62656572L,
            0x27e0ebL,
            0x63677270L,
            0x1cd1L,
            0x19800202L,
            0x73636673L,
            0x64626720L,
            0x74726163L,
            0xcafe4a11L,
            0x6165676cL,
            0xde5e81e4L,
            0x62656570L,
            0x42494e4dL);

    /** The entry itself, be it a link, unless the path says that it is a folder. */
    static Located find(int root, InsidePath path) {
        boolean folder = path.saysFolder();
        Fd found = Entries.openBeneath(root, folder ? path.clean() : path.parent(), FOLDER, 0);
        try {
            if (!path.clean().equals("/") && isKernelsOwn(found)) {
                // What Docker shows of a container has nothing mounted there.
                throw new LinuxException("lstat", Errno.ENOENT, path.clean());
            }
            String name = folder ? "." : path.last();
            return new Located(found, name, FileStatus.ofEntry(found.value(), name));
        } catch (RuntimeException e) {
            found.close();
            throw e;
        }
    }

    /** Whether a folder belongs to a file system that the kernel makes up as it is read. */
    static boolean isKernelsOwn(Fd folder) {
        return KERNELS_OWN.contains(Storage.fileSystem(folder.procPath()).magic());
    }

    /** What a failure to find a path means to the client. */
    static RuntimeException refusal(String path, String ref, LinuxException failure) {
        if (failure.is(Errno.ENOENT)) {
            return WharfException.notFound("Could not find the file " + path + " in container " + ref);
        }
        if (failure.is(Errno.ENOTDIR)) {
            return WharfException.invalid(path + " in container " + ref + " is not a directory");
        }
        if (failure.is(Errno.ELOOP, Errno.ENAMETOOLONG)) {
            return WharfException.invalid(path + " in container " + ref + ": " + failure.reason());
        }
        return WharfException.internal(path + " in container " + ref + ": " + failure.reason(), failure);
    }

    @Override
    public void close() {
        folder.close();
    }
}
