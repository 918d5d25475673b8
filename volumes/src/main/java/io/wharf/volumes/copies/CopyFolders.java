package io.wharf.volumes.copies;

import io.wharf.base.FailurePoint;
import io.wharf.linux.Btrfs;
import io.wharf.linux.CopyTree;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Where copies lie, and how they get there. Blocks.
 *
 * <pre>
 * volumes/.snapshots/ID    a snapshot's content; there is a row of each
 * volumes/.staging/ID      a tree on its way in or out: what no row tells of is nobody's
 * volumes/.staging/ID.old  a content that another has replaced, until it is deleted
 * </pre>
 */
public final class CopyFolders {
    /** What follows the id of a content that was replaced. */
    public static final String OLD = ".old";

    private final Path root;

    /** Below the folder of all volumes: on one file system with them, so that contents can be shared and moved. */
    public CopyFolders(Path root) {
        this.root = root;
    }

    public Path snapshot(String id) {
        return root.resolve(".snapshots").resolve(id);
    }

    public Path staged(String id) {
        return root.resolve(".staging").resolve(id);
    }

    private Path old(String id) {
        return root.resolve(".staging").resolve(id + OLD);
    }

    /** Copies a tree to the staging folder: by a snapshot of btrfs where it is a subvolume, else file by file. */
    public Path stage(Path from, String id, BooleanSupplier unwanted) throws IOException {
        Path to = staged(id);
        Files.createDirectories(parent(to));
        if (Btrfs.isSubvolume(from.toString()) && Btrfs.isOn(parent(to).toString())) {
            try {
                Btrfs.snapshot(from.toString(), parent(to).toString(), id, false);
                sync(to);
                return to;
            } catch (LinuxException e) {
                if (!e.is(Errno.EXDEV)) {
                    throw e;
                }
            }
        }
        Files.createDirectory(to);
        CopyTree.exactly(from.toString(), to.toString(), unwanted);
        return to;
    }

    /** An empty folder to read a tar into. */
    public Path stageEmpty(String id) throws IOException {
        Path to = staged(id);
        Files.createDirectories(parent(to));
        return Files.createDirectory(to);
    }

    /** Makes a staged tree a snapshot, or the other way round; done before is fine. */
    public void move(Path from, Path to) throws IOException {
        if (exists(from)) {
            Files.createDirectories(parent(to));
            rename(from, to);
        }
    }

    /**
     * Puts a staged tree into the place of a volume's folder. Can be done again after it was cut off: the staged tree is the
     * last to move.
     *
     * @return whether there is an old content to {@link #drop}
     */
    public boolean swap(String id, Path data) {
        Path from = staged(id);
        if (exists(from)) {
            if (exists(data) && !exists(old(id))) {
                rename(data, old(id));
            }
            FailurePoint.reach("swap volume");
            rename(from, data);
        }
        return exists(old(id));
    }

    /** Puts back what {@link #swap} has moved before it failed. */
    public void unswap(String id, Path data) {
        if (exists(old(id))) {
            if (exists(data)) {
                rename(data, staged(id));
            }
            rename(old(id), data);
        }
    }

    /** Deletes a content that was replaced. */
    public void drop(String id) {
        RemoveTree.at(old(id));
    }

    /** Deletes a tree that came to nothing; none there is fine. */
    public void discard(String id) {
        RemoveTree.at(staged(id));
    }

    /** What is staged and nobody knows of. */
    public List<String> unknown(Set<String> known) {
        Path staging = root.resolve(".staging");
        return Files.isDirectory(staging, LinkOption.NOFOLLOW_LINKS)
                ? Directories.names(staging.toString()).stream()
                        .filter(name -> !known.contains(name))
                        .toList()
                : List.of();
    }

    /** Deletes what {@link #unknown} has found. */
    public void clear(List<String> unknown) {
        for (String name : unknown) {
            RemoveTree.at(root.resolve(".staging").resolve(name));
        }
    }

    /** Makes everything on the file system of a folder durable. */
    public static void sync(Path folder) {
        try (var open = Entries.open(folder.toString(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            Storage.syncFileSystem(open);
        }
    }

    /** Takes away all that is in a folder, and leaves the folder. */
    public static void empty(Path folder) {
        for (String name : Directories.names(folder.toString())) {
            RemoveTree.at(folder.resolve(name));
        }
    }

    /** Bytes of the files in a tree, holes not counted. */
    public static long bytes(Path tree) throws IOException {
        try (var files = Files.walk(tree)) {
            long bytes = 0;
            for (Path file : (Iterable<Path>) files::iterator) {
                var status = io.wharf.linux.FileStatus.ofEntry(OpenFlags.AT_FDCWD, file.toString());
                bytes += status.isFile() ? Math.min(status.size(), status.blocks() * 512) : 0;
            }
            return bytes;
        }
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Moves a folder, and makes that durable; EEXIST where the name is taken. */
    public static void rename(Path from, Path to) {
        Entries.rename(
                OpenFlags.AT_FDCWD, from.toString(), OpenFlags.AT_FDCWD, to.toString(), Entries.RENAME_NOREPLACE);
        Storage.syncDirectory(parent(from).toString());
        Storage.syncDirectory(parent(to).toString());
    }
}
