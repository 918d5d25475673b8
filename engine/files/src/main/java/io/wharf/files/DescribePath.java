package io.wharf.files;

import io.wharf.base.Times;
import io.wharf.contracts.FilesService.PathStat;
import io.wharf.linux.FileStatus;
import java.util.concurrent.TimeUnit;

/** Tells of one entry as Docker does. */
final class DescribePath {
    // Bits of Go's os.FileMode.
    private static final long DIRECTORY = 1L << 31;
    private static final long SYMLINK = 1L << 27;
    private static final long DEVICE = 1L << 26;
    private static final long FIFO = 1L << 25;
    private static final long SOCKET = 1L << 24;
    private static final long SET_UID = 1L << 23;
    private static final long SET_GID = 1L << 22;
    private static final long CHARACTER_DEVICE = 1L << 21;
    private static final long STICKY = 1L << 20;

    private DescribePath() {}

    static PathStat of(int root, InsidePath path, FileStatus status) {
        return new PathStat(
                Printable.text(path.shown()),
                status.size(),
                mode(status.mode()),
                Times.rfc3339Nano(TimeUnit.SECONDS.toNanos(status.modifiedSeconds()) + status.modifiedNanos()),
                status.isSymlink() ? Printable.text(FollowLinks.of(root, path.clean())) : "");
    }

    static long mode(int unix) {
        long mode = unix & 0777;
        mode |= switch (unix & FileStatus.S_IFMT) {
            case FileStatus.S_IFDIR -> DIRECTORY;
            case FileStatus.S_IFLNK -> SYMLINK;
            case FileStatus.S_IFBLK -> DEVICE;
            case FileStatus.S_IFCHR -> DEVICE | CHARACTER_DEVICE;
            case FileStatus.S_IFIFO -> FIFO;
            case FileStatus.S_IFSOCK -> SOCKET;
            default -> 0;
        };
        mode |= (unix & 04000) != 0 ? SET_UID : 0;
        mode |= (unix & 02000) != 0 ? SET_GID : 0;
        mode |= (unix & 01000) != 0 ? STICKY : 0;
        return mode;
    }
}
