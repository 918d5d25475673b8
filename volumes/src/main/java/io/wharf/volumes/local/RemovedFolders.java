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
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the folders of removed volumes wait to be deleted: each under its own name, in a folder that no volume can have.
 *
 * <p>A folder is renamed to here before its row goes, and deleted after. So one that is found here at a start goes on being
 * deleted where there is no row, and back to its place where there is one.
 */
final class RemovedFolders {
    private static final Logger LOG = LoggerFactory.getLogger(RemovedFolders.class);
    /** No name of a volume begins with a dot. */
    private static final String PREFIX = ".removed-";

    private final Path root;
    private final Pools pools;

    RemovedFolders(Path root, Pools pools) {
        this.root = root;
        this.pools = pools;
    }

    /** Moves a volume's folder here, after a last look. */
    Future<Removal> move(String name, Pools.Action look) {
        Path from = root.resolve(name);
        Path grave = root.resolve(PREFIX + Ids.random().substring(0, 16));
        return pools.call(() -> {
            look.run();
            Files.createDirectories(grave);
            try {
                Files.move(from, grave.resolve(name));
            } catch (NoSuchFileException gone) {
                LOG.debug("the folder of volume {} was gone already", name);
            } catch (FileSystemException e) {
                Files.delete(grave);
                throw WharfException.internal("cannot take " + from + " away: " + e.getReason(), e);
            }
            try {
                FailurePoint.reach("remove volume moved");
            } catch (RuntimeException e) {
                back(grave, name);
                throw e;
            }
            return new Moved(name, grave);
        });
    }

    /** A folder on its way out. */
    private final class Moved implements Removal {
        private final String name;
        private final Path grave;

        Moved(String name, Path grave) {
            this.name = name;
            this.grave = grave;
        }

        @Override
        public Future<Void> finish() {
            return pools.run(() -> {
                try {
                    FailurePoint.died("remove volume delete");
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
            return pools.run(() -> back(grave, name));
        }
    }

    private void back(Path grave, String name) throws IOException {
        if (Files.exists(grave.resolve(name))) {
            Files.move(grave.resolve(name), root.resolve(name));
        }
        RemoveTree.at(grave);
    }

    /** Puts back what has a row; the rest goes on being deleted, and nobody waits for it. */
    Future<Void> recover(List<String> known) {
        return pools.call(() -> {
                    List<Path> graves = graves();
                    for (Path grave : graves) {
                        for (String name : Directories.names(grave.toString())) {
                            if (known.contains(name) && !Files.exists(root.resolve(name))) {
                                LOG.info("volume {} stays: its removal was cut off", name);
                                Files.move(grave.resolve(name), root.resolve(name));
                            }
                        }
                    }
                    return graves;
                })
                .onSuccess(graves -> {
                    if (!graves.isEmpty()) {
                        pools.run(() -> graves.forEach(RemoveTree::at))
                                .onFailure(e -> LOG.warn("removed volumes could not be deleted: {}", e.getMessage()));
                    }
                })
                .mapEmpty();
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
