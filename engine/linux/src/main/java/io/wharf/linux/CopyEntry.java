package io.wharf.linux;

/**
 * Copies one entry of a folder into another folder with owner, mode, times and attributes. Contents are shared where the
 * file system can (FICLONE), else copied by the kernel, holes left as holes. Blocks: for a pool.
 */
public final class CopyEntry {
    private static final long ONCE = 64L << 20;
    private static final int CHUNK = 128 << 10;

    /** Whether attributes that the target's file system does not keep are left out. */
    private final boolean tolerant;

    /** Whether attributes that belong to a storage driver or the host's policy are taken along. */
    private final boolean everything;

    /** Becomes false with the first file that cannot be shared: all files of a copy lie on the same two file systems. */
    private boolean sharing = true;

    /** Fails where an attribute cannot be kept. */
    public CopyEntry() {
        this(false);
    }

    /** @param tolerant leave out attributes that the target's file system does not keep */
    public CopyEntry(boolean tolerant) {
        this(tolerant, false);
    }

    private CopyEntry(boolean tolerant, boolean everything) {
        this.tolerant = tolerant;
        this.everything = everything;
    }

    /** For a copy that stays on this host and is to be what the original is, all attributes included. */
    static CopyEntry exact() {
        return new CopyEntry(true, true);
    }

    /** Makes what {@code status} tells of under the same name; of a folder the folder alone, without its times. */
    public void copy(Fd from, String name, FileStatus status, Fd to) {
        switch (status.mode() & FileStatus.S_IFMT) {
            case FileStatus.S_IFREG -> file(from, name, status, to);
            case FileStatus.S_IFDIR -> {
                Entries.makeDirectory(to.value(), name, 0700);
                describe(from, name, status, to);
            }
            case FileStatus.S_IFLNK -> {
                Entries.symlink(Entries.readLink(from.value(), name), to.value(), name);
                describe(from, name, status, to);
                times(status, to, name);
            }
            default -> {
                long device = Entries.device(status.specialMajor(), status.specialMinor());
                Entries.makeNode(to.value(), name, (status.mode() & FileStatus.S_IFMT) | 0600, device);
                describe(from, name, status, to);
                times(status, to, name);
            }
        }
    }

    /** Gives a folder the times of its original: the last thing, for what is put into it changes them. */
    public static void times(FileStatus status, Fd folder) {
        Attributes.times(
                folder,
                status.accessedSeconds(),
                status.accessedNanos(),
                status.modifiedSeconds(),
                status.modifiedNanos());
    }

    private static void times(FileStatus status, Fd to, String name) {
        Attributes.times(
                to.value(),
                name,
                status.accessedSeconds(),
                status.accessedNanos(),
                status.modifiedSeconds(),
                status.modifiedNanos());
    }

    /** Gives one folder owner, mode and attributes of another. */
    public static void describe(Fd from, FileStatus status, Fd to) {
        describe(from, status, to, false);
    }

    /** @param tolerant leave out attributes that the target's file system does not keep */
    public static void describe(Fd from, FileStatus status, Fd to, boolean tolerant) {
        describe(from, status, to, tolerant, false);
    }

    /** As {@link #describe(Fd, FileStatus, Fd)}, in the manner of this copy. */
    void folder(Fd from, FileStatus status, Fd to) {
        describe(from, status, to, tolerant, everything);
    }

    private static void describe(Fd from, FileStatus status, Fd to, boolean tolerant, boolean everything) {
        Attributes.owner(to, status.uid(), status.gid());
        Attributes.mode(to, status.permissions());
        for (String attribute : Xattrs.list(from)) {
            if (everything || !SameEntry.isOfTheHost(attribute)) {
                Xattrs.get(from, attribute)
                        .ifPresent(value -> attribute(tolerant, () -> Xattrs.set(to, attribute, value)));
            }
        }
    }

    private static void attribute(boolean tolerant, Runnable setting) {
        try {
            setting.run();
        } catch (LinuxException e) {
            if (!tolerant || !e.is(Errno.EOPNOTSUPP)) {
                throw e;
            }
        }
    }

    private void describe(Fd from, String name, FileStatus status, Fd to) {
        // The owner first: changing it clears set-uid bits and capabilities.
        Attributes.owner(to.value(), name, status.uid(), status.gid());
        if (!status.isSymlink()) {
            Attributes.mode(to.value(), name, status.permissions());
        }
        for (String attribute : Xattrs.list(from.value(), name)) {
            if (everything || !SameEntry.isOfTheHost(attribute)) {
                Xattrs.get(from.value(), name, attribute)
                        .ifPresent(value -> attribute(tolerant, () -> Xattrs.set(to.value(), name, attribute, value)));
            }
        }
    }

    private void file(Fd from, String name, FileStatus status, Fd to) {
        int flags = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW;
        try (Fd source = Entries.openAt(from.value(), name, OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW, 0);
                Fd target = Entries.openAt(to.value(), name, flags, 0600)) {
            if (status.size() > 0 && !shared(source, target)) {
                content(source, target, status.size());
            }
            describe(source, status, target, tolerant, everything);
            times(status, target);
        }
    }

    private boolean shared(Fd source, Fd target) {
        if (!sharing) {
            return false;
        }
        try {
            Descriptors.cloneFile(source, target);
            return true;
        } catch (LinuxException e) {
            if (!e.is(Errno.EOPNOTSUPP, Errno.EXDEV, Errno.EINVAL, Errno.ENOTTY, Errno.ENOSYS)) {
                throw e;
            }
            sharing = false;
            return false;
        }
    }

    private static void content(Fd source, Fd target, long size) {
        long at = 0;
        while (at < size) {
            long data = Descriptors.nextData(source, at, size);
            if (data >= size) {
                break;
            }
            long end = Math.min(size, Descriptors.nextHole(source, data, size));
            Descriptors.seek(source, data, 0);
            Descriptors.seek(target, data, 0);
            part(source, target, end - data);
            at = end;
        }
        // What ends in a hole has no last byte to write.
        Storage.truncate(target, size);
    }

    private static void part(Fd source, Fd target, long length) {
        long left = length;
        while (left > 0) {
            long count;
            try {
                count = Descriptors.copyFileRange(source, target, Math.min(left, ONCE));
            } catch (LinuxException e) {
                if (!e.is(Errno.EXDEV, Errno.EINVAL, Errno.EOPNOTSUPP, Errno.ENOSYS)) {
                    throw e;
                }
                byHand(source, target, left);
                return;
            }
            if (count == 0) {
                return;
            }
            left -= count;
        }
    }

    private static void byHand(Fd source, Fd target, long length) {
        byte[] chunk = new byte[CHUNK];
        long left = length;
        while (left > 0) {
            int count = source.read(chunk, 0, (int) Math.min(left, CHUNK));
            if (count <= 0) {
                return;
            }
            for (int done = 0; done < count; ) {
                done += target.write(chunk, done, count - done);
            }
            left -= count;
        }
    }
}
