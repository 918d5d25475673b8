package io.wharf.volumes.local;

import io.wharf.base.WharfException;
import io.wharf.linux.Btrfs;
import io.wharf.linux.LinuxException;
import io.wharf.linux.ProjectQuota;
import io.wharf.linux.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A folder whose size its file system limits: a subvolume of btrfs, or a project of xfs or ext4. Blocks. */
final class FolderLimit {
    private FolderLimit() {}

    /** Makes the limited folder {@code data}, whose parent is there; refuses where the file system has no such limits. */
    static void make(Path data, LocalStorage.LimitedFolder limit) throws IOException {
        Path folder = java.util.Objects.requireNonNull(data.getParent());
        if (Btrfs.isOn(folder.toString())) {
            if (limit.inodes() > 0) {
                throw WharfException.invalid("\"" + LocalStorage.INODES + "\" cannot be held by btrfs, which has no"
                        + " inodes to run out of; with \"" + LocalStorage.QUOTA + "=loop\" it can");
            }
            subvolume(folder, data, limit.bytes());
            return;
        }
        Optional<ProjectQuota> projects = ProjectQuota.of(folder.toString());
        if (projects.isEmpty()) {
            throw none(folder);
        }
        if (Files.isDirectory(data) && !isEmpty(data)) {
            throw notEmpty(data);
        }
        Files.createDirectories(data);
        projects.get().limitVolume(data.toString(), limit.bytes(), limit.inodes());
    }

    /** Frees what the file system keeps for the limit; the folder itself stays. */
    static void release(Path data) {
        if (Files.isDirectory(data) && !Btrfs.isOn(data.toString())) {
            ProjectQuota.of(data.toString()).ifPresent(projects -> projects.release(data.toString()));
        }
    }

    private static void subvolume(Path folder, Path data, long bytes) throws IOException {
        if (!Btrfs.isSubvolume(data.toString())) {
            if (Files.isDirectory(data)) {
                if (!isEmpty(data)) {
                    throw notEmpty(data);
                }
                Files.delete(data);
            }
            Btrfs.createSubvolume(folder.toString(), data.getFileName().toString());
        }
        try {
            Btrfs.enableQuota(folder.toString());
            Btrfs.limit(data.toString(), bytes);
        } catch (LinuxException e) {
            throw WharfException.internal("btrfs refuses to limit " + data + ": " + e.getMessage(), e);
        }
    }

    private static boolean isEmpty(Path data) throws IOException {
        try (var entries = Files.newDirectoryStream(data)) {
            return !entries.iterator().hasNext();
        }
    }

    private static WharfException notEmpty(Path data) {
        return WharfException.conflict(
                "a folder of its name is there already and not empty, and can be given no limit: " + data);
    }

    private static WharfException none(Path folder) {
        return WharfException.invalid("quota size requested but no quota support: " + folder.getParent() + " is on "
                + Storage.fileSystem(folder.toString()).name()
                + " without project quotas. A limit is held on btrfs, on xfs"
                + " mounted with pquota, and on ext4 with the feature project mounted with prjquota; on any other a volume"
                + " may be a file of that size with a file system of its own: add --opt " + LocalStorage.QUOTA
                + "=loop");
    }
}
