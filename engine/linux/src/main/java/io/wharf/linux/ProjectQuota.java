package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Limits on the bytes below a folder, by project quotas of xfs (mount option {@code pquota} or {@code prjquota}) and of ext4
 * (feature {@code project}, mount option {@code prjquota}); structs as in linux/fs.h and linux/dqblk_xfs.h.
 */
public final class ProjectQuota {
    private static final long XFS = 0x58465342L;
    private static final long EXT4 = 0xEF53L;
    private static final long FSGETXATTR = 0x801C581FL;
    private static final long FSSETXATTR = 0x401C5820L;
    private static final int FSXATTR_BYTES = 28;
    private static final int PROJECT_AT = 12;
    private static final int INHERIT = 0x200;
    /** QCMD(Q_XSETQLIM, PRJQUOTA). */
    private static final long SET_LIMIT = 0x5804L << 8 | 2;

    /** QCMD(Q_XGETQUOTA, PRJQUOTA). */
    private static final long GET_QUOTA = 0x5803L << 8 | 2;

    private static final int QUOTA_BYTES = 112;
    private static final byte VERSION = 1;
    private static final byte PROJECT_QUOTA = 2;
    private static final short HARD_AND_SOFT_BLOCKS = 1 << 2 | 1 << 3;
    private static final short HARD_AND_SOFT_INODES = 1 | 1 << 1;
    /** Limits of blocks and inodes, then the blocks and inodes in use. */
    private static final int COUNTS_AT = 8;

    private static final int COUNTS = 6;
    private static final int BLOCK = 512;
    /** Numbers from here on are ours; the lower ones are left to who else uses projects on this file system. */
    private static final int FIRST_PROJECT = 1 << 20;
    /** Far above those of containers, which count on from the largest. */
    private static final int FIRST_OF_VOLUMES = 1 << 30;

    /** Of all, for each call has an instance of its own: finding a free number and taking it must be one step. */
    private static final Object NUMBERS = new Object();

    private final String device;

    private ProjectQuota(String device) {
        this.device = device;
    }

    /** Those of the file system that a path lies on; empty where it keeps none. */
    public static Optional<ProjectQuota> of(String path) {
        long kind = Storage.fileSystem(path).magic();
        if (kind != XFS && kind != EXT4) {
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
    public void limit(String folder, long bytes) {
        synchronized (NUMBERS) {
            limit(folder, bytes, 0, FIRST_PROJECT, lastBeside(folder));
        }
    }

    /**
     * The same for the folder of a volume.
     *
     * @param inodes how many files and folders there may be; 0 for any number
     */
    public void limitVolume(String folder, long bytes, long inodes) {
        synchronized (NUMBERS) {
            limit(folder, bytes, inodes, FIRST_OF_VOLUMES, FIRST_OF_VOLUMES);
        }
    }

    /** Takes the limit of a volume's folder away, so that its number is free again; that of somebody else stays. */
    public void release(String folder) {
        synchronized (NUMBERS) {
            try (var fd = open(folder)) {
                var project = project(fd);
                if (project >= FIRST_OF_VOLUMES) {
                    set(project, 0, 0);
                }
            }
        }
    }

    private void limit(String folder, long bytes, long inodes, int first, int last) {
        int project;
        try (var fd = open(folder)) {
            project = project(fd);
            // What is inherited from the folder above belongs to whoever has that one counted.
            if (project < first || project == projectAbove(folder)) {
                project = free(last + 1);
                var attributes = attributes(fd);
                attributes.set(JAVA_INT, 0, attributes.get(JAVA_INT, 0) | INHERIT);
                attributes.set(JAVA_INT, PROJECT_AT, project);
                Descriptors.ioctl(fd, FSSETXATTR, attributes.address());
            }
        }
        set(project, bytes, inodes);
    }

    private void set(int project, long bytes, long inodes) {
        var quota = Scratch.get().zeroed(QUOTA_BYTES);
        quota.set(JAVA_BYTE, 0, VERSION);
        quota.set(JAVA_BYTE, 1, PROJECT_QUOTA);
        quota.set(JAVA_SHORT, 2, (short) (HARD_AND_SOFT_BLOCKS | HARD_AND_SOFT_INODES));
        quota.set(JAVA_INT, 4, project);
        quota.set(JAVA_LONG, 8, bytes / BLOCK);
        quota.set(JAVA_LONG, 16, bytes / BLOCK);
        quota.set(JAVA_LONG, 24, inodes);
        quota.set(JAVA_LONG, 32, inodes);
        var name = Scratch.get().first(device, "quotactl");
        Check.that(
                "quotactl",
                Native.syscall(Nr.QUOTACTL, SET_LIMIT, name, project, quota.address()),
                "Q_XSETQLIM",
                device,
                project,
                bytes,
                inodes);
    }

    /** The first number from here on that has neither a limit nor anything that it counts. */
    private int free(int from) {
        var project = from;
        while (isTaken(project)) {
            project++;
        }
        return project;
    }

    private boolean isTaken(int project) {
        var quota = Scratch.get().zeroed(QUOTA_BYTES);
        var name = Scratch.get().first(device, "quotactl");
        var result = Native.syscall(Nr.QUOTACTL, GET_QUOTA, name, project, quota.address());
        if (result == -Errno.ENOENT || result == -Errno.ESRCH) {
            return false;
        }
        Check.that("quotactl", result, "Q_XGETQUOTA", device, project);
        for (var count = 0; count < COUNTS; count++) {
            if (quota.get(JAVA_LONG, COUNTS_AT + 8L * count) != 0) {
                return true;
            }
        }
        return false;
    }

    private static int projectAbove(String folder) {
        try (var fd = open(folder.substring(0, folder.lastIndexOf('/')))) {
            return project(fd);
        }
    }

    private static int lastBeside(String folder) {
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
        return last;
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
