package io.wharf.volumes.local;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.linux.Directories;
import io.wharf.linux.Errno;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Pools;
import io.wharf.linux.RemoveTree;
import io.wharf.volumes.drivers.VolumeDriver.Removal;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the folders of removed volumes are called until they are deleted: {@code .removed-HEX.NAME}, which no volume can be. A
 * name that is too long for that lies as it is in a folder {@code .removed-HEX.} of its own.
 *
 * <p>A folder is renamed so before its row goes, and deleted after. So one that is found at a start goes on being deleted where
 * there is no row, and back to its place where there is one.
 */
final class RemovedFolders {
    private static final Logger LOG = LoggerFactory.getLogger(RemovedFolders.class);
    private static final String PREFIX = ".removed-";
    private static final int HEX = 16;
    private static final int LONGEST = 255;

    private final Path root;
    private final Pools pools;

    RemovedFolders(Path root, Pools pools) {
        this.root = root;
        this.pools = pools;
    }

    /**
     * Moves a volume's folder, after a last look.
     *
     * @param limited whether its file system keeps a limit for it, which goes with the files: a removal that is taken back
     *     leaves it
     */
    Future<Removal> move(String name, boolean limited, Pools.Action look) {
        Path from = root.resolve(name);
        String mark = PREFIX + Ids.random().substring(0, HEX) + ".";
        boolean fits = mark.length() + name.length() <= LONGEST;
        Path grave = root.resolve(fits ? mark + name : mark);
        Path to = fits ? grave : grave.resolve(name);
        return pools.call(() -> {
            look.run();
            if (!fits) {
                Files.createDirectory(grave);
            }
            try {
                Files.move(from, to);
            } catch (NoSuchFileException gone) {
                LOG.debug("the folder of volume {} was gone already", name);
            } catch (FileSystemException e) {
                throw WharfException.internal("cannot take " + from + " away: " + e.getReason(), e);
            }
            try {
                FailurePoint.reach("remove volume moved");
            } catch (RuntimeException e) {
                back(grave, to, name);
                throw e;
            }
            return new Moved(name, grave, to, limited);
        });
    }

    /** A folder on its way out. */
    private final class Moved implements Removal {
        private final String name;
        private final Path grave;
        private final Path folder;
        private final boolean limited;

        Moved(String name, Path grave, Path folder, boolean limited) {
            this.name = name;
            this.grave = grave;
            this.folder = folder;
            this.limited = limited;
        }

        @Override
        public Future<Void> finish() {
            return pools.run(() -> {
                try {
                    FailurePoint.died("remove volume delete");
                    if (limited) {
                        FolderLimit.release(folder.resolve(LocalDriver.DATA));
                    }
                    RemoveTree.at(grave);
                } catch (LinuxException e) {
                    throw WharfException.internal(
                            "volume " + name + " is removed, but not all of its files can be deleted: " + e.getMessage()
                                    + ". What is left is in " + grave + " and tried again at the next start",
                            e);
                }
            });
        }

        @Override
        public Future<Void> undo() {
            return pools.run(() -> back(grave, folder, name));
        }
    }

    private void back(Path grave, Path folder, String name) throws IOException {
        if (Files.exists(folder)) {
            Files.move(folder, root.resolve(name));
        }
        RemoveTree.at(grave);
    }

    /**
     * Puts back what has a row; the rest goes on being deleted, and nobody waits for it. What has a row and cannot go back, for
     * another folder is there, is nobody's to delete as long as nobody knows which of both is the volume.
     */
    Future<Void> recover(List<String> known) {
        return pools.call(() -> {
                    List<Path> graves = new ArrayList<>();
                    for (Path grave : graves()) {
                        boolean empty = true;
                        for (Path folder : folders(grave)) {
                            empty &= !known.contains(name(folder)) || putBack(folder);
                        }
                        if (empty) {
                            graves.add(grave);
                        }
                    }
                    return graves;
                })
                .onSuccess(graves -> {
                    if (!graves.isEmpty()) {
                        pools.run(() -> graves.forEach(RemovedFolders::delete))
                                .onFailure(e -> LOG.warn("removed volumes could not be deleted: {}", e.getMessage()));
                    }
                })
                .mapEmpty();
    }

    private boolean putBack(Path folder) throws IOException {
        String name = name(folder);
        Path place = root.resolve(name);
        if (Files.exists(place)) {
            LOG.warn(
                    "volume {}: {} is kept, for what was there is in {}; delete what is not wanted",
                    name,
                    folder,
                    place);
            return false;
        }
        LOG.info("volume {} stays: its removal was cut off", name);
        Files.move(folder, place);
        return true;
    }

    /** With the limits that the file system may keep for them. */
    private static void delete(Path grave) {
        try {
            folders(grave).forEach(folder -> FolderLimit.release(folder.resolve(LocalDriver.DATA)));
        } catch (LinuxException e) {
            LOG.debug("the limit of {} cannot be taken away: {}", grave, e.getMessage());
        }
        RemoveTree.at(grave);
    }

    private static List<Path> folders(Path grave) {
        return grave.getFileName().toString().length() == PREFIX.length() + HEX + 1
                ? Directories.names(grave.toString()).stream()
                        .map(grave::resolve)
                        .toList()
                : List.of(grave);
    }

    private static String name(Path folder) {
        String last = folder.getFileName().toString();
        return last.startsWith(PREFIX) ? last.substring(PREFIX.length() + HEX + 1) : last;
    }

    private List<Path> graves() {
        try {
            return Directories.names(root.toString()).stream()
                    .filter(name -> name.startsWith(PREFIX))
                    .map(root::resolve)
                    .toList();
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                return List.of();
            }
            throw e;
        }
    }
}
