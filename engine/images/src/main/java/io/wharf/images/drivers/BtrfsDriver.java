package io.wharf.images.drivers;

import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.Layout;
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
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
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
    /** Names of unions, whole and half-made. */
    private static final Pattern UNION = Pattern.compile("[0-9a-f]{64}|new-[0-9a-f]+|" + EMPTY);

    private final @Nullable Long usualLimit;
    private final @Nullable Long leastLimit;
    private boolean counting;

    BtrfsDriver(RootMounts roots, @Nullable Long usualLimit, @Nullable Long leastLimit) {
        super(roots);
        this.usualLimit = usualLimit;
        this.leastLimit = leastLimit;
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
        if (usualLimit != null) {
            checkLimit(usualLimit);
        }
        roots.start();
        RootMounts.makeFolder(unions().toString(), 0700);
        for (String left : Directories.names(unions().toString())) {
            // Another engine's data root may have a folder of this name: what is not ours stays.
            if (UNION.matcher(left).matches()
                    && !left.equals(EMPTY)
                    && !Files.exists(roots.layout.layers().resolve(left))) {
                LOG.info("removing leftover {}", unions().resolve(left));
                discard(unions(), left);
            }
        }
    }

    /** Removes the unions of a data root that has another driver now: no container uses them. */
    static void clear(Layout layout) throws IOException {
        Path unions = unions(layout);
        if (!Files.isDirectory(unions, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        for (String name : Directories.names(unions.toString())) {
            if (UNION.matcher(name).matches()) {
                LOG.info("removing {}, of the storage driver before", unions.resolve(name));
                RemoveTree.at(unions.resolve(name));
            }
        }
        if (Directories.names(unions.toString()).isEmpty()) {
            Files.delete(unions);
        }
    }

    private static Path unions(Layout layout) {
        return layout.dataRoot().resolve("btrfs");
    }

    private Path unions() {
        return unions(roots.layout);
    }

    @Override
    void fill(Path own, String name, LayerChain chain) {
        Btrfs.snapshot(unions().resolve(nameOf(chain)).toString(), own.toString(), name, false);
    }

    @Override
    public boolean sharesRoots() {
        return true;
    }

    @Override
    public void prepare(LayerChain chain) throws IOException {
        Path union = unions().resolve(nameOf(chain));
        if (FileStatus.ifPresent(OpenFlags.AT_FDCWD, union.toString()).isPresent()) {
            return;
        }
        String made = "new-" + Ids.random();
        try {
            String parent = unions().toString();
            Btrfs.createSubvolume(parent, made);
            CopyRoot.run(below(chain), RootFolder.of(chain, roots.layout), unions().resolve(made));
            // The kernel commits everything before it takes a snapshot. Not read-only: a user who deletes the whole
            // data root could not delete that.
            Btrfs.snapshot(unions().resolve(made).toString(), parent, nameOf(chain), false);
            Storage.syncDirectory(parent);
        } finally {
            discard(unions(), made);
        }
    }

    private static String nameOf(LayerChain chain) {
        return chain.ids().stream().findFirst().map(Digest::hex).orElse(EMPTY);
    }

    @Override
    public void forget(Digest layer) {
        discard(unions(), layer.hex());
    }

    @Override
    void limit(Path root, long bytes) {
        String all = roots.layout.dataRoot().toString();
        boolean first;
        synchronized (this) {
            first = !counting;
            if (first) {
                Btrfs.enableQuota(all);
                counting = true;
            }
        }
        Btrfs.limit(root.toString(), bytes);
        if (first) {
            // Outside: who comes meanwhile has the limit, too, and it holds as soon as all is counted.
            Btrfs.awaitCounts(all);
        }
    }

    @Override
    public void requireLimits() {
        // Every btrfs can count.
    }

    @Override
    public void checkLimit(long bytes) {
        if (leastLimit != null && bytes < leastLimit) {
            throw WharfException.invalid(
                    "btrfs: storage size cannot be less than " + leastLimit + " bytes, the daemon's btrfs.min_space");
        }
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
            // Subvolumes that a container made in its own are removed one by one.
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
