package io.wharf.volumes;

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
 * that is cut off leaves an empty one. Only empty folders go ({@code rmdir}); what somebody put there stays.
 */
final class ClearUnmade {
    private final Volumes volumes;
    private final Pools pools;

    ClearUnmade(Volumes volumes, Pools pools) {
        this.volumes = volumes;
        this.pools = pools;
    }

    /** Looks through the whole folder of volumes, each name in its lane. */
    Future<Void> run() {
        return pools.call(this::folders).compose(names -> {
            Future<Void> cleared = Future.succeededFuture();
            for (String name : names) {
                if (volumes.find(name) == null) {
                    cleared = cleared.compose(done -> volumes.lanes().run(name, () -> unlessMade(name)));
                }
            }
            return cleared;
        });
    }

    /** One folder; for a pool thread, in the volume's lane. */
    static void at(Path folder) throws IOException {
        try {
            removeFolder(folder.resolve("_data"));
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

    private Future<Void> unlessMade(String name) {
        return volumes.find(name) == null ? pools.run(() -> at(volumes.folder(name))) : Future.succeededFuture();
    }

    private List<String> folders() throws IOException {
        List<String> names = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(volumes.root())) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (CreateLocalVolume.isName(name)) {
                    names.add(name);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        return names;
    }
}
