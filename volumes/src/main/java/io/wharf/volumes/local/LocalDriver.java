package io.wharf.volumes.local;

import io.vertx.core.Future;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.base.WharfException;
import io.wharf.linux.FileStatus;
import io.wharf.linux.Mounts;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Pools;
import io.wharf.volumes.drivers.VolumeDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Volumes on this machine.
 *
 * <pre>
 * volumes/NAME/_data    what containers see: the content, or where it is mounted while somebody uses it
 * volumes/NAME/_disk    the file system of a volume with {@code wharf.quota=loop}
 * volumes/.removed-…    a removed volume, until its files are deleted
 * </pre>
 */
public final class LocalDriver implements VolumeDriver {
    /** So long a server may take before whoever waits is told. */
    public static final Duration DEADLINE = Duration.ofSeconds(30);

    /** Where in a volume's folder its content lies. */
    static final String DATA = "_data";

    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
    private static final int LONGEST = 255;

    private final Path root;
    private final Pools pools;
    private final Mounts kernel;
    private final LocalMounts mounts;
    private final RemovedFolders removed;

    public LocalDriver(Path root, KernelLedger ledger, Pools pools, Mounts mounts, Duration deadline) {
        this.root = root;
        this.pools = pools;
        this.kernel = mounts;
        this.mounts = new LocalMounts(mounts, ledger, deadline);
        this.removed = new RemovedFolders(root, pools);
    }

    /** The folder of all volumes. */
    public Path root() {
        return root;
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public String scope() {
        return "local";
    }

    /** Whether a volume may be called so. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches() && name.length() <= LONGEST;
    }

    /** Puts right what an engine before this one has left; before anything is mounted. */
    public Future<Void> recover(List<String> known) {
        return removed.recover(known);
    }

    /** Takes away the folders of volumes that never came to be. */
    public ClearUnmade unmade() {
        return new ClearUnmade(root, pools);
    }

    @Override
    public Future<Void> create(String name, Map<String, String> options) {
        if (name.length() == 1) {
            throw WharfException.invalid(
                    "volume name is too short, names should be at least two alphanumeric characters");
        }
        if (!isName(name)) {
            throw WharfException.invalid("\"" + name
                    + "\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are"
                    + " allowed. If you intended to pass a host directory, use absolute path");
        }
        LocalStorage storage = LocalStorage.of(options);
        return pools.run(() -> make(name, storage))
                .recover(failure -> undoCreate(name, options).transform(gone -> Future.failedFuture(failure)));
    }

    /** A folder without a row is a create that was cut off; what a user put there stays. */
    private void make(String name, LocalStorage storage) throws IOException {
        Path data = data(name);
        switch (storage) {
            case LocalStorage.Folder folder -> Files.createDirectories(data);
            case LocalStorage.Mounted mounted -> Files.createDirectories(data);
            case LocalStorage.LimitedFolder limited -> {
                Files.createDirectories(folder(name));
                FolderLimit.make(data, limited);
            }
            case LocalStorage.LoopFile file -> {
                Files.createDirectories(data);
                LoopDisk.make(folder(name), file);
            }
        }
    }

    @Override
    public Future<Void> undoCreate(String name, Map<String, String> options) {
        return isName(name) ? pools.run(() -> ClearUnmade.at(folder(name))) : Future.succeededFuture();
    }

    @Override
    public Future<Removal> remove(String name, Map<String, String> options) {
        boolean mounted = isMounted(options);
        Future<Void> free = mounted ? mounts.unmount(name, data(name).toString()) : Future.succeededFuture();
        boolean limited = storage(options) instanceof LocalStorage.LimitedFolder;
        return free.compose(done -> removed.move(name, limited, () -> {
            // Of a mount of the driver's own only its place is left; any other is somebody's, with somebody's files.
            if (!mounted && isMountPoint(data(name))) {
                throw WharfException.conflict("something that is not the engine's is mounted on " + data(name)
                        + ": unmount it first, for all that is in it would be deleted");
            }
        }));
    }

    private boolean isMountPoint(Path path) {
        return FileStatus.ifPresent(OpenFlags.AT_FDCWD, path.toString())
                .filter(FileStatus::mountRoot)
                .isPresent();
    }

    @Override
    public String path(String name, Map<String, String> options) {
        return data(name).toString();
    }

    @Override
    public Future<String> mount(String name, Map<String, String> options, String id, boolean first) {
        String place = data(name).toString();
        LocalStorage storage = storage(options);
        Future<Void> ready = switch (storage) {
            case LocalStorage.Folder plain -> pools.run(() -> requireFolder(name));
            case LocalStorage.LimitedFolder limited -> pools.run(() -> requireFolder(name));
            case LocalStorage.LoopFile file ->
                first
                        ? mounts.mount(name, place, () -> LoopDisk.mount(kernel, folder(name), place))
                        : Future.succeededFuture();
            case LocalStorage.Mounted mounted ->
                first
                        ? mounts.mount(name, place, () -> new MountDevice(kernel).at(place, mounted))
                        : mounts.check(name, place);
        };
        return ready.map(place)
                .recover(failure -> Future.failedFuture(new WharfException(
                        WharfException.of(failure).kind(),
                        "error while mounting volume '" + place + "': "
                                + WharfException.of(failure).getMessage(),
                        failure)));
    }

    /** One that is missing is not made anew: it would be empty, and have no limit. */
    private void requireFolder(String name) {
        if (!Files.isDirectory(data(name))) {
            throw WharfException.internal("the folder of volume " + name + " is gone: " + data(name));
        }
    }

    @Override
    public Future<Void> unmount(String name, Map<String, String> options, String id, boolean last) {
        return last && isMounted(options) ? mounts.unmount(name, data(name).toString()) : Future.succeededFuture();
    }

    @Override
    public Optional<Path> beside(String name, Map<String, String> options) {
        return storage(options) instanceof LocalStorage.Folder ? Optional.of(folder(name)) : Optional.empty();
    }

    @Override
    public boolean keepsContent(Map<String, String> options) {
        return !(storage(options) instanceof LocalStorage.Mounted mounted && IN_MEMORY.contains(mounted.type()));
    }

    /** Whether a volume's content lies somewhere else than in the data root. */
    public static boolean isElsewhere(Map<String, String> options) {
        return storage(options) instanceof LocalStorage.Mounted;
    }

    @Override
    public boolean mayHang(Map<String, String> options) {
        return isElsewhere(options);
    }

    @Override
    public long bytes(String name, Map<String, String> options) {
        return switch (storage(options)) {
            case LocalStorage.Folder plain -> FolderSize.of(data(name));
            case LocalStorage.LimitedFolder limited -> FolderSize.of(data(name));
            case LocalStorage.LoopFile disk ->
                FileStatus.of(folder(name).resolve(LoopDisk.FILE).toString()).blocks() * 512;
            case LocalStorage.Mounted elsewhere -> -1;
        };
    }

    @Override
    public Future<Void> keepMounted(Map<String, Map<String, String>> mounted) {
        return mounts.recorded()
                .compose(records -> Future.join(records.stream()
                                .map(KernelObject::key)
                                .filter(name -> !mounted.containsKey(name))
                                .map(name -> mounts.unmount(name, data(name).toString()))
                                .toList())
                        .mapEmpty());
    }

    @Override
    public Future<List<Known>> list() {
        return Future.succeededFuture(List.of());
    }

    private static boolean isMounted(Map<String, String> options) {
        return switch (storage(options)) {
            case LocalStorage.Mounted device -> true;
            case LocalStorage.LoopFile file -> true;
            case LocalStorage.Folder plain -> false;
            case LocalStorage.LimitedFolder limited -> false;
        };
    }

    private static LocalStorage storage(Map<String, String> options) {
        return options.isEmpty() ? new LocalStorage.Folder() : LocalStorage.of(options);
    }

    private Path folder(String name) {
        return root.resolve(name);
    }

    private Path data(String name) {
        return folder(name).resolve(DATA);
    }
}
