package io.wharf.images.drivers;

import io.wharf.base.Ids;
import io.wharf.contracts.ContainerDetail.GraphDriver;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.OpenFlags;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What drivers have in common whose writable layer is a container's whole root in plain files: it is bound to its place,
 * and what has changed is found by holding it against the layers.
 */
abstract class PlainRoots implements StorageDriver {
    static final String ROOT = "diff";
    private static final String HALF_MADE = "new-";

    final RootMounts roots;

    PlainRoots(RootMounts roots) {
        this.roots = roots;
    }

    /** Fills a container's root, which does not exist: all of it, under the name that is given. */
    abstract void fill(Path own, String name, LayerChain chain) throws IOException;

    abstract void limit(Path root, long bytes);

    /** Removes a root, or what is left of one. */
    abstract void discard(Path own, String name);

    @Override
    public void make(String container, LayerChain chain, @Nullable Long limit) throws IOException {
        Path own = roots.makeOwn(container);
        if (FileStatus.ifPresent(OpenFlags.AT_FDCWD, own.resolve(ROOT).toString())
                .isPresent()) {
            return;
        }
        // Of an engine that died in the midst of it.
        for (String left : Directories.names(own.toString())) {
            if (left.startsWith(HALF_MADE)) {
                discard(own, left);
            }
        }
        String made = HALF_MADE + Ids.random();
        try {
            fill(own, made, chain);
            if (limit != null) {
                limit(own.resolve(made), limit);
            }
            try (Fd folder = Entries.openDirectory(own.toString())) {
                Entries.rename(folder.value(), made, folder.value(), ROOT, 0);
            }
        } catch (IOException | RuntimeException e) {
            try {
                discard(own, made);
            } catch (RuntimeException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    @Override
    public void mount(String container, LayerChain chain) throws IOException {
        if (roots.prepare(container)) {
            make(container, chain, null);
            String root = roots.layout.rootfs(container).toString();
            roots.mounts.bind(upper(container).toString(), root, false);
        }
    }

    @Override
    public void unmount(String container) {
        roots.unmount(container);
    }

    @Override
    public Path upper(String container) {
        return roots.layout.writableLayer(container).resolve(ROOT);
    }

    @Override
    public boolean isWhole() {
        return true;
    }

    @Override
    public void writeChanges(String container, LayerChain chain, OutputStream out) throws IOException {
        WriteChanges.run(upper(container), below(chain), RootFolder.of(chain, roots.layout), out);
    }

    @Override
    public long size(String container, LayerChain chain) throws IOException {
        return WriteChanges.size(upper(container), below(chain));
    }

    List<String> below(LayerChain chain) {
        return chain.onBase(roots.layout.containerBase());
    }

    @Override
    public GraphDriver describe(String container, LayerChain chain) {
        return new GraphDriver(null, name());
    }

    @Override
    public GraphDriver describe(LayerChain chain) {
        return new GraphDriver(null, name());
    }
}
