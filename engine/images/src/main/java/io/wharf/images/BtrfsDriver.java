package io.wharf.images;

import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.linux.Btrfs;
import io.wharf.linux.Directories;
import io.wharf.linux.Errno;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subvolumes: the first container of an image has the union of its layers made as a subvolume, which shares all contents
 * with the layers; each container's root is a snapshot of that.
 *
 * <p>Such a union lies under the chain ID of its topmost layer and goes with that layer. It is made under another name and
 * gets its own when everything is on disk.
 */
final class BtrfsDriver extends PlainRoots {
    static final String NAME = "btrfs";
    private static final Logger LOG = LoggerFactory.getLogger(BtrfsDriver.class);
    /** The union below containers of an image without layers. */
    private static final String EMPTY = "empty";

    private final @Nullable Long usualLimit;
    private boolean counting;

    BtrfsDriver(RootMounts roots, @Nullable Long usualLimit) {
        super(roots);
        this.usualLimit = usualLimit;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void start() throws IOException {
        String root = roots.layout.dataRoot().toString();
        if (!Btrfs.isOn(root)) {
            throw WharfException.internal("storage driver " + NAME + " needs a data root on btrfs: " + root + " is on "
                    + Storage.fileSystem(root).name());
        }
        roots.start();
        RootMounts.makeFolder(unions().toString(), 0700);
        for (String left : Directories.names(unions().toString())) {
            if (!left.equals(EMPTY) && !Files.exists(roots.layout.layers().resolve(left))) {
                LOG.info("removing leftover {}", unions().resolve(left));
                discard(unions(), left);
            }
        }
    }

    private Path unions() {
        return roots.layout.dataRoot().resolve("btrfs");
    }

    @Override
    void fill(Path own, String name, LayerChain chain) throws IOException {
        Btrfs.snapshot(union(chain).toString(), own.toString(), name, false);
    }

    private synchronized Path union(LayerChain chain) throws IOException {
        Path union = unions().resolve(nameOf(chain));
        if (FileStatus.ifPresent(OpenFlags.AT_FDCWD, union.toString()).isPresent()) {
            return union;
        }
        String made = "new-" + Ids.random();
        try {
            String parent = unions().toString();
            Btrfs.createSubvolume(parent, made);
            CopyRoot.run(below(chain), RootFolder.of(chain, roots.layout), unions().resolve(made));
            // The kernel commits everything before it takes a snapshot. Not read-only: a user who deletes the whole
            // data
            // root could not delete that.
            Btrfs.snapshot(unions().resolve(made).toString(), parent, nameOf(chain), false);
            Storage.syncDirectory(parent);
        } finally {
            discard(unions(), made);
        }
        return union;
    }

    private static String nameOf(LayerChain chain) {
        return chain.ids().stream().findFirst().map(Digest::hex).orElse(EMPTY);
    }

    @Override
    public synchronized void forget(Digest layer) {
        discard(unions(), layer.hex());
    }

    @Override
    void limit(Path root, long bytes) {
        synchronized (this) {
            if (!counting) {
                Btrfs.enableQuota(roots.layout.dataRoot().toString());
                counting = true;
            }
        }
        Btrfs.limit(root.toString(), bytes);
    }

    @Override
    public void requireLimits() {
        // Every btrfs can count.
    }

    @Override
    public @Nullable Long usualLimit() {
        return usualLimit;
    }

    @Override
    void discard(Path parent, String name) {
        try {
            Btrfs.deleteSubvolume(parent.toString(), name);
        } catch (LinuxException e) {
            // Subvolumes that a container made in its own are removed one by one, as empty folders.
            if (!e.is(Errno.ENOENT)) {
                RemoveTree.at(parent.resolve(name));
            }
        }
    }

    @Override
    public void remove(String container) {
        Path own = roots.layout.writableLayer(container);
        if (FileStatus.ifPresent(OpenFlags.AT_FDCWD, own.toString()).isPresent()) {
            Directories.names(own.toString()).forEach(name -> discard(own, name));
            RemoveTree.at(own);
        }
    }

    @Override
    public List<List<String>> facts() {
        return List.of(List.of("Btrfs", ""));
    }
}
