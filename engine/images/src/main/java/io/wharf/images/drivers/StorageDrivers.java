package io.wharf.images.drivers;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Lanes;
import io.wharf.base.Layout;
import io.wharf.base.WharfException;
import io.wharf.linux.Btrfs;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MountFlags;
import io.wharf.linux.Mounts;
import io.wharf.linux.Pools;
import io.wharf.linux.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which driver keeps the containers' roots: the one that is asked for, else the one that this data root had last, else the
 * first that works. A file in the data root keeps its name; a change is refused while containers lie in the form of another.
 */
public final class StorageDrivers {
    private static final Logger LOG = LoggerFactory.getLogger(StorageDrivers.class);
    private static final String FILE = "storage-driver";
    /** What a data root without that file was made by, if it has containers. */
    private static final String FIRST = OverlayDriver.NAME;

    private static final List<String> KNOWN =
            List.of(OverlayDriver.NAME, FuseOverlayDriver.NAME, BtrfsDriver.NAME, VfsDriver.NAME);
    /** Other names of the usual one: of its first version, and of the same in containerd. */
    private static final List<String> ALIASES = List.of("overlay", "overlayfs");

    private static final String INSTEAD = "use " + OverlayDriver.NAME + ", or " + VfsDriver.NAME
            + " where the kernel has no overlayfs; images can be pulled again, or brought along by docker save and load";
    private static final Map<String, String> GONE = Map.of(
            "aufs", "aufs has been dropped by Docker and was never part of Linux: " + INSTEAD,
            "devicemapper", "devicemapper has been dropped by Docker: " + INSTEAD,
            "zfs", "zfs is not supported: use overlay2, which works on ZFS from 2.2 on, or vfs",
            "windowsfilter", "windowsfilter is for Windows: " + INSTEAD,
            "lcow", "lcow is for Windows: " + INSTEAD,
            "native", "native is of containerd: " + VfsDriver.NAME + " does the same",
            "fuse-overlay", "fuse-overlay is not known: is " + FuseOverlayDriver.NAME + " meant?");

    private final Layout layout;
    private final RootMounts roots;
    private final @Nullable String wanted;
    private final StorageOptions options;
    /** One for each topmost layer. */
    private final Lanes shared = new Lanes("snapshot");

    private @Nullable StorageDriver current;

    public StorageDrivers(Layout layout, @Nullable String wanted, Map<String, String> options) {
        this.layout = layout;
        this.roots = new RootMounts(layout, Mounts.real());
        this.wanted = wanted == null || wanted.isEmpty() ? null : wanted;
        this.options = new StorageOptions(options);
    }

    /** The chosen one, once started. */
    public StorageDriver current() {
        StorageDriver chosen = current;
        if (chosen == null) {
            throw new IllegalStateException("no storage driver yet");
        }
        return chosen;
    }

    /** Containers whose roots are mounted; blocks. */
    public List<String> mounted() {
        return roots.mounted();
    }

    /**
     * Works with a root of these layers once what it shares with others is there; only who waits for that of the same
     * layers waits, and on no thread.
     */
    public Future<Void> withShared(LayerChain chain, Pools pools, Pools.Action work) {
        StorageDriver driver = current();
        if (!driver.sharesRoots()) {
            return pools.run(work);
        }
        String lane = chain.ids().isEmpty() ? "" : chain.ids().getFirst().hex();
        return shared.run(
                        lane,
                        () -> pools.run(() -> {
                            chain.requireThere();
                            driver.prepare(chain);
                        }))
                .compose(there -> pools.run(work));
    }

    /** Removes what containers share of layers that are going, or are made anew. */
    public Future<Void> forget(List<Digest> layers, Pools pools) {
        StorageDriver driver = current();
        if (!driver.sharesRoots()) {
            return Future.succeededFuture();
        }
        List<Future<Void>> all = new ArrayList<>();
        layers.forEach(layer -> all.add(shared.run(layer.hex(), () -> pools.run(() -> driver.forget(layer)))));
        return Future.join(all).mapEmpty();
    }

    /** Takes down what a trial mounted that was cut off, for it would keep its folder from being removed; blocks. */
    public void clearTrials() throws IOException {
        if (Files.exists(layout.ingest())) {
            roots.mounts.unmountAll(layout.ingest().toRealPath().toString(), MountFlags.MNT_DETACH);
        }
    }

    /** Chooses and starts a driver; blocks. */
    public void start() throws IOException {
        String before = before();
        StorageDriver chosen;
        if (wanted != null) {
            String name = checked(wanted);
            refuseOther(before, name);
            chosen = driver(name);
            chosen.start();
            LOG.info("storage driver {}: asked for", name);
        } else if (before != null) {
            chosen = driver(before);
            try {
                chosen.start();
            } catch (WharfException e) {
                LOG.error("[graphdriver] prior storage driver {} failed: {}", before, e.getMessage());
                throw e;
            }
            LOG.info("storage driver {}: this data root had it before", before);
        } else {
            chosen = firstThatWorks();
        }
        if (!chosen.name().equals(BtrfsDriver.NAME)) {
            BtrfsDriver.clear(layout);
        }
        current = chosen;
        keep(chosen.name());
    }

    private static String checked(String name) {
        if (ALIASES.contains(name)) {
            return OverlayDriver.NAME;
        }
        if (KNOWN.contains(name)) {
            return name;
        }
        String instead = GONE.get(name);
        throw instead == null
                ? WharfException.invalid("error initializing graphdriver: driver not supported: " + name
                        + "; there are " + String.join(", ", KNOWN))
                : WharfException.notImplemented("error initializing graphdriver: storage driver " + instead);
    }

    /** The driver of the data root, null of a new one. */
    private @Nullable String before() throws IOException {
        Path file = layout.dataRoot().resolve(FILE);
        String name = Files.exists(file) ? Files.readString(file).strip() : "";
        // Without a word in it after a power cut: it was made for a data root that had no container yet.
        if (!name.isEmpty()) {
            if (!KNOWN.contains(name)) {
                throw WharfException.internal(file + " names a storage driver that this engine does not know: " + name);
            }
            return name;
        }
        return hasContainers() ? FIRST : null;
    }

    private boolean hasContainers() throws IOException {
        if (!Files.exists(layout.writableLayers())) {
            return false;
        }
        try (DirectoryStream<Path> some = Files.newDirectoryStream(layout.writableLayers())) {
            return some.iterator().hasNext();
        }
    }

    /** Images are the same for every driver, and containers are not. */
    private void refuseOther(@Nullable String before, String name) throws IOException {
        if (before != null && !before.equals(name) && hasContainers()) {
            throw WharfException.conflict("error initializing graphdriver: " + layout.dataRoot()
                    + " contains several valid graphdrivers: " + before + " has containers here, " + name
                    + " is asked for; cleanup or explicitly choose storage driver (-s " + before + ")");
        }
    }

    private StorageDriver firstThatWorks() throws IOException {
        List<String> reasons = new ArrayList<>();
        for (String name : KNOWN) {
            if (name.equals(BtrfsDriver.NAME) && !Btrfs.isOn(layout.dataRoot().toString())) {
                continue;
            }
            try {
                StorageDriver driver = driver(name);
                driver.start();
                LOG.info("storage driver {}: {}", name, reasons.isEmpty() ? "the usual one works" : reasons);
                return driver;
            } catch (WharfException | LinuxException e) {
                reasons.add(String.valueOf(e.getMessage()));
            }
        }
        throw WharfException.internal("error initializing graphdriver: no storage driver works on "
                + Storage.fileSystem(layout.dataRoot().toString()).name() + ": " + reasons);
    }

    private StorageDriver driver(String name) {
        options.check(name);
        return switch (name) {
            case OverlayDriver.NAME -> new OverlayDriver(roots, options.size("overlay2.size"));
            case FuseOverlayDriver.NAME -> new FuseOverlayDriver(roots);
            case BtrfsDriver.NAME ->
                new BtrfsDriver(roots, options.size("btrfs.size"), options.size("btrfs.min_space"));
            case VfsDriver.NAME -> new VfsDriver(roots);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private void keep(String name) throws IOException {
        Path file = layout.dataRoot().resolve(FILE);
        if (!Files.exists(file) || !Files.readString(file).strip().equals(name)) {
            Path made = layout.ingest().resolve(FILE);
            try (FileChannel channel = FileChannel.open(
                    made, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap((name + "\n").getBytes(StandardCharsets.UTF_8)));
                channel.force(true);
            }
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
            Storage.syncDirectory(layout.dataRoot().toString());
        }
    }

    public void stop() {
        if (current != null) {
            roots.stop();
        }
    }
}
