package io.wharf.images.layers;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.images.drivers.LayerFolder;
import io.wharf.linux.Pools;
import io.wharf.linux.RemoveTree;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Layers that are here and cannot be trusted, until they are brought anew.
 *
 * <p>A mark beside the layer's folder outlives the engine. What replaces a damaged layer takes its name; the old folder
 * stays under another one ({@code CHAIN.old-ID}) as long as a running container has it mounted. Confined to the verticle's
 * context, but for what works on the disk.
 */
public final class DamagedLayers {
    private static final String MARK = ".damaged";
    private static final String OLD = ".old-";

    private final Path folder;
    private final Pools pools;
    private final Set<Digest> marked = new HashSet<>();
    private Predicate<Digest> users = chain -> false;
    private boolean anyOld;

    DamagedLayers(Path folder, Pools pools) {
        this.folder = folder;
        this.pools = pools;
    }

    /** Reads the marks; the names that are to stay in the folder of layers. Blocks, before anything else runs. */
    Set<String> start(Set<String> known) throws IOException {
        Set<String> stay = new HashSet<>(known);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                String chain = name.substring(0, Math.max(0, name.indexOf('.')));
                if (known.contains(chain) && name.endsWith(MARK)) {
                    marked.add(new Digest(chain));
                    stay.add(name);
                } else if (name.contains(OLD)) {
                    anyOld = true;
                    stay.add(name);
                }
            }
        }
        return stay;
    }

    /** Tells from now on which layers are mounted, and removes the replaced ones that no longer are. */
    public Future<Void> users(Predicate<Digest> mounted) {
        users = mounted;
        return clear();
    }

    boolean isUsed(Digest chain) {
        return users.test(chain);
    }

    boolean isSound(Digest chain) {
        return !marked.contains(chain)
                && Files.isDirectory(folder.resolve(chain.hex()).resolve(LayerFolder.DIFF));
    }

    Future<Void> mark(Digest chain) {
        marked.add(chain);
        return pools.run(() -> {
            Path mark = folder.resolve(chain.hex() + MARK);
            if (!Files.exists(mark)) {
                Files.createFile(mark);
            }
        });
    }

    void mended(Digest chain) {
        marked.remove(chain);
        clear();
    }

    /** Puts a layer into its place; what is there makes room, and stays while it is used. Blocks. */
    void replace(Path unpacked, Path target, boolean used) throws IOException {
        Path before = null;
        if (Files.exists(target)) {
            before = target.resolveSibling(target.getFileName() + OLD + Ids.random());
            Files.move(target, before);
        }
        Files.move(unpacked, target);
        Files.deleteIfExists(target.resolveSibling(target.getFileName() + MARK));
        if (before != null) {
            if (used) {
                anyOld = true;
            } else {
                RemoveTree.at(before);
            }
        }
    }

    /** Removes replaced layers that nobody has mounted any more. */
    public Future<Void> clear() {
        if (!anyOld) {
            return Future.succeededFuture();
        }
        return pools.call(this::old).compose(found -> {
            int all = found.size();
            found.removeIf(path -> {
                String name = path.getFileName().toString();
                return users.test(new Digest(name.substring(0, name.indexOf('.'))));
            });
            anyOld = found.size() < all;
            return pools.run(() -> found.forEach(RemoveTree::at));
        });
    }

    private Set<Path> old() throws IOException {
        Set<Path> found = new HashSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*" + OLD + "*")) {
            entries.forEach(found::add);
        }
        return found;
    }
}
