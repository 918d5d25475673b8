package io.wharf.volumes.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.vertx.core.Future;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes away the folders of volumes that never came to be: a folder is made before the volume is written down, so a create
 * that is cut off leaves an empty one, or one with a disk that was never mounted. What somebody put there stays.
 */
public final class ClearUnmade {
    private final Path root;
    private final Pools pools;

    ClearUnmade(Path root, Pools pools) {
        this.root = root;
        this.pools = pools;
    }

    /** Names of all folders of volumes, made or not. */
    public Future<List<String>> folders() {
        return pools.call(this::names);
    }

    /** One folder of which there is no row, in the volume's lane. */
    public Future<Void> clear(String name) {
        return pools.run(() -> at(root.resolve(name)));
    }

    static void at(Path folder) throws IOException {
        try {
            removeFolder(folder.resolve("_data"));
            if (Files.exists(folder.resolve(LoopDisk.UNUSED), NOFOLLOW_LINKS)) {
                Files.deleteIfExists(folder.resolve(LoopDisk.FILE));
                Files.deleteIfExists(folder.resolve(LoopDisk.UNUSED));
            }
            removeFolder(folder);
        } catch (DirectoryNotEmptyException e) {
            // Somebody's files: nobody asked for them to go.
        }
    }

    private static void removeFolder(Path path) throws IOException {
        if (Files.isDirectory(path, NOFOLLOW_LINKS)) {
            Files.delete(path);
        }
    }

    private List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(root)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (LocalDriver.isName(name)) {
                    names.add(name);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        return names;
    }
}
