package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Limits on the bytes below a folder, by project quotas of xfs (mount option {@code pquota} or {@code prjquota}); structs as
 * in linux/fs.h and linux/dqblk_xfs.h.
 */
public final class ProjectQuota {
    private static final long XFS = 0x58465342L;
    private static final long FSGETXATTR = 0x801C581FL;
    private static final long FSSETXATTR = 0x401C5820L;
    private static final int FSXATTR_BYTES = 28;
    private static final int PROJECT_AT = 12;
    private static final int INHERIT = 0x200;
    /** QCMD(Q_XSETQLIM, PRJQUOTA). */
    private static final long SET_LIMIT = 0x5804L << 8 | 2;

    private static final int QUOTA_BYTES = 112;
    private static final byte VERSION = 1;
    private static final byte PROJECT_QUOTA = 2;
    private static final short HARD_AND_SOFT_BLOCKS = 1 << 2 | 1 << 3;
    private static final int BLOCK = 512;
    /** Numbers from here on are ours; the lower ones are left to who else uses projects on this file system. */
    private static final int FIRST_PROJECT = 1 << 20;

    private final String device;

    private ProjectQuota(String device) {
        this.device = device;
    }

    /** Those of the file system that a path lies on; empty where it keeps none. */
    public static Optional<ProjectQuota> of(String path) {
        if (Storage.fileSystem(path).magic() != XFS) {
            return Optional.empty();
        }
        return MountTable.read().entries().reversed().stream()
                .filter(entry -> isBelow(path, entry.mountPoint()))
                .findFirst()
                .filter(entry -> entry.hasSuperOption("pquota") || entry.hasSuperOption("prjquota"))
                .map(entry -> new ProjectQuota(entry.source()));
    }

    private static boolean isBelow(String path, String point) {
        return point.equals("/") || path.equals(point) || path.startsWith(point + "/");
    }

    /** Limits what is put into an empty folder and into all that is made below it; those beside it have their own. */
    public synchronized void limit(String folder, long bytes) {
        int project;
        try (var fd = open(folder)) {
            project = project(fd);
            if (project < FIRST_PROJECT) {
                project = nextBeside(folder);
                var attributes = attributes(fd);
                attributes.set(JAVA_INT, 0, attributes.get(JAVA_INT, 0) | INHERIT);
                attributes.set(JAVA_INT, PROJECT_AT, project);
                Descriptors.ioctl(fd, FSSETXATTR, attributes.address());
            }
        }
        var quota = Scratch.get().zeroed(QUOTA_BYTES);
        quota.set(JAVA_BYTE, 0, VERSION);
        quota.set(JAVA_BYTE, 1, PROJECT_QUOTA);
        quota.set(JAVA_SHORT, 2, HARD_AND_SOFT_BLOCKS);
        quota.set(JAVA_INT, 4, project);
        quota.set(JAVA_LONG, 8, bytes / BLOCK);
        quota.set(JAVA_LONG, 16, bytes / BLOCK);
        var name = Scratch.get().first(device, "quotactl");
        Check.that(
                "quotactl",
                Native.syscall(Nr.QUOTACTL, SET_LIMIT, name, project, quota.address()),
                "Q_XSETQLIM",
                device,
                project,
                bytes);
    }

    private static int nextBeside(String folder) {
        var parent = folder.substring(0, folder.lastIndexOf('/'));
        var last = FIRST_PROJECT;
        for (var entry : Directories.list(parent)) {
            try (var fd = open(parent + "/" + entry.name())) {
                last = Math.max(last, project(fd));
            } catch (LinuxException gone) {
                if (!gone.is(Errno.ENOENT, Errno.ENOTDIR)) {
                    throw gone;
                }
            }
        }
        return last + 1;
    }

    private static Fd open(String folder) {
        return Entries.open(folder, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0);
    }

    private static int project(Fd fd) {
        return attributes(fd).get(JAVA_INT, PROJECT_AT);
    }

    private static MemorySegment attributes(Fd fd) {
        var attributes = Scratch.get().data(FSXATTR_BYTES).asSlice(0, FSXATTR_BYTES);
        Descriptors.ioctl(fd, FSGETXATTR, attributes.address());
        return attributes;
    }
}
