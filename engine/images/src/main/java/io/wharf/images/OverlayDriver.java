package io.wharf.images;

import io.wharf.base.Ids;
import io.wharf.base.Layout;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDetail.GraphDriver;
import io.wharf.linux.Attributes;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MountFlags;
import io.wharf.linux.Mounts;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Overlay;
import io.wharf.linux.Propagation;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.SmallFiles;
import io.wharf.linux.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The storage driver: overlayfs unions of layers, mounted below a private mount so that no other mount namespace of the
 * host keeps a container's root busy. Everything here blocks: for a pool.
 *
 * <p>Below the layers of every image lies one folder more, with the places that a container needs (/proc, /dev/pts,
 * /etc/hosts, …). What the image has hides it; what the image lacks shows through, and is not part of what a container
 * changed.
 */
final class OverlayDriver {
    static final String NAME = "overlay2";
    private static final String UPPER = "diff";
    private static final String WORK = "work";
    private static final int CHARACTER_DEVICE = 0x2000;

    private final Layout layout;
    private final Mounts mounts;
    private List<String> options = List.of();

    OverlayDriver(Layout layout, Mounts mounts) {
        this.layout = layout;
        this.mounts = mounts;
    }

    /** Checks that overlays work here, and makes the private mount. */
    void start() throws IOException {
        makeBase();
        options = knownOptions();
        probe();
        Path parent = layout.rootfsParent();
        Files.createDirectories(parent);
        if (!mounts.isMountPoint(parent.toString())) {
            mounts.bind(parent.toString(), parent.toString(), false);
        }
        mounts.propagation(parent.toString(), Propagation.PRIVATE, false);
    }

    /** Takes the private mount away, unless roots are mounted below it. */
    void stop() {
        String parent = layout.rootfsParent().toString();
        if (mounts.table().atOrBelow(parent).size() == 1) {
            mounts.unmount(parent, MountFlags.MNT_DETACH);
        }
    }

    /** What the kernel's defaults might turn on, and what would make upper layers unreadable on their own. */
    private static List<String> knownOptions() {
        List<String> known = new ArrayList<>();
        for (String option : List.of("index", "metacopy", "redirect_dir")) {
            if (SmallFiles.readIfPresent("/sys/module/overlay/parameters/" + option)
                    .isPresent()) {
                known.add(option + "=off");
            }
        }
        return known;
    }

    private void probe() throws IOException {
        Path folder = layout.ingest().resolve("probe-" + Ids.random());
        for (String part : List.of("lower", UPPER, WORK, "merged")) {
            Files.createDirectories(folder.resolve(part));
        }
        Path merged = folder.resolve("merged");
        try {
            mounts.overlay(
                    new Overlay(
                            List.of(folder.resolve("lower").toString()),
                            folder.resolve(UPPER).toString(),
                            folder.resolve(WORK).toString(),
                            options),
                    merged.toString());
            mounts.unmount(merged.toString(), 0);
            Entries.makeNode(OpenFlags.AT_FDCWD, folder.resolve("lower/gone").toString(), CHARACTER_DEVICE, 0);
        } catch (LinuxException e) {
            throw WharfException.internal(
                    "storage driver " + NAME + " does not work with " + layout.dataRoot() + " on "
                            + Storage.fileSystem(layout.dataRoot().toString()).name()
                            + ": " + e.getMessage() + ". The data root needs a file system that overlayfs takes as its"
                            + " upper layer (ext4, xfs with ftype=1, btrfs, tmpfs) and the kernel module overlay",
                    e);
        } finally {
            RemoveTree.at(folder);
        }
    }

    private void makeBase() throws IOException {
        Path base = layout.containerBase();
        if (Files.exists(base)) {
            return;
        }
        Path made = layout.ingest().resolve("base-" + Ids.random());
        for (String folder : List.of("dev/pts", "dev/shm", "etc", "proc", "sys")) {
            Files.createDirectories(made.resolve(folder));
        }
        for (String file : List.of(".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/resolv.conf")) {
            Files.createFile(made.resolve(file));
            Attributes.mode(OpenFlags.AT_FDCWD, made.resolve(file).toString(), 0755);
        }
        Files.createSymbolicLink(made.resolve("etc/mtab"), Path.of("/proc/mounts"));
        try (var folders = Files.walk(made)) {
            folders.filter(path -> Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .forEach(path -> Attributes.mode(OpenFlags.AT_FDCWD, path.toString(), 0755));
        }
        Files.move(made, base);
    }

    /** Makes the folders of a writable layer. */
    void make(String container) {
        String folder = layout.writableLayer(container).toString();
        makeFolder(layout.writableLayers().toString(), 0711);
        makeFolder(folder, 0710);
        makeFolder(folder + "/" + UPPER, 0755);
        makeFolder(folder + "/" + WORK, 0700);
    }

    private static void makeFolder(String path, int mode) {
        try {
            Entries.makeDirectory(path, mode);
            Attributes.mode(OpenFlags.AT_FDCWD, path, mode);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    /** Mounts a container's root, unless it is mounted. {@code chain} has the topmost layer first. */
    void mount(String container, List<Path> chain) {
        String root = layout.rootfs(container).toString();
        makeFolder(root, 0700);
        if (mounts.isMountPoint(root)) {
            return;
        }
        make(container);
        List<String> lowers = new ArrayList<>(chain.size() + 1);
        chain.forEach(layer -> lowers.add(layer.toString()));
        lowers.add(layout.containerBase().toString());
        Path own = layout.writableLayer(container);
        mounts.overlay(
                new Overlay(
                        lowers, own.resolve(UPPER).toString(), own.resolve(WORK).toString(), options),
                root);
    }

    /** Unmounts a container's root, also one that is still in use; not mounted is fine. */
    void unmount(String container) {
        String root = layout.rootfs(container).toString();
        try {
            mounts.unmount(root, 0);
        } catch (LinuxException busy) {
            if (busy.is(Errno.EBUSY)) {
                mounts.unmount(root, MountFlags.MNT_DETACH);
            } else if (!busy.is(Errno.EINVAL, Errno.ENOENT)) {
                throw busy;
            }
        }
        try {
            Entries.removeDirectory(OpenFlags.AT_FDCWD, root);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    /** Containers whose roots are mounted. */
    List<String> mounted() {
        String parent = layout.rootfsParent().toString();
        return mounts.table().atOrBelow(parent).stream()
                .map(entry -> entry.mountPoint())
                .filter(point -> point.length() > parent.length())
                .map(point -> point.substring(parent.length() + 1))
                .filter(name -> name.indexOf('/') < 0)
                .toList();
    }

    void remove(String container) {
        RemoveTree.at(layout.writableLayer(container));
    }

    Path upper(String container) {
        return layout.writableLayer(container).resolve(UPPER);
    }

    /** How a container's root is put together, as {@code docker inspect} shows it. */
    GraphDriver describe(String container, List<Path> chain) {
        Path own = layout.writableLayer(container);
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("LowerDir", joined(chain) + (chain.isEmpty() ? "" : ":") + layout.containerBase());
        parts.put("MergedDir", layout.rootfs(container).toString());
        parts.put("UpperDir", own.resolve(UPPER).toString());
        parts.put("WorkDir", own.resolve(WORK).toString());
        return new GraphDriver(parts, NAME);
    }

    /** How an image's layers lie, as {@code docker image inspect} shows it. */
    static GraphDriver describe(List<Path> chain) {
        Map<String, String> parts = new LinkedHashMap<>();
        if (chain.size() > 1) {
            parts.put("LowerDir", joined(chain.subList(1, chain.size())));
        }
        if (!chain.isEmpty()) {
            parts.put("UpperDir", chain.getFirst().toString());
        }
        return new GraphDriver(parts, NAME);
    }

    private static String joined(List<Path> chain) {
        return String.join(":", chain.stream().map(Path::toString).toList());
    }

    /** Rows of {@code docker info}. */
    List<List<String>> facts() {
        return List.of(
                List.of(
                        "Backing Filesystem",
                        Storage.fileSystem(layout.dataRoot().toString()).name()),
                List.of("Supports d_type", "true"),
                List.of("Using metacopy", "false"),
                List.of("Native Overlay Diff", "true"),
                List.of("userxattr", "false"));
    }
}
