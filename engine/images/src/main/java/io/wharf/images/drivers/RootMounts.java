package io.wharf.images.drivers;

import io.wharf.base.Ids;
import io.wharf.base.Layout;
import io.wharf.linux.Attributes;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MountFlags;
import io.wharf.linux.Mounts;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Propagation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * Where roots are mounted: below a private mount, so that no other mount namespace of the host keeps a container's root
 * busy.
 *
 * <p>Below the layers of every image lies one folder more, with the places that a container needs (/proc, /dev/pts,
 * /etc/hosts, …). What the image has hides it; what the image lacks shows through, and is not part of what a container
 * changed.
 */
final class RootMounts {
    final Layout layout;
    final Mounts mounts;

    RootMounts(Layout layout, Mounts mounts) {
        this.layout = layout;
        this.mounts = mounts;
    }

    /** Makes the base folder and the private mount. */
    void start() throws IOException {
        makeBase();
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
            folders.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .forEach(path -> Attributes.mode(OpenFlags.AT_FDCWD, path.toString(), 0755));
        }
        Files.move(made, base);
    }

    /** Makes a folder, or gives one that is there the mode. */
    static void makeFolder(String path, int mode) {
        try {
            Entries.makeDirectory(path, mode);
            Attributes.mode(OpenFlags.AT_FDCWD, path, mode);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    /** Makes a container's own folder below that of all writable layers. */
    Path makeOwn(String container) {
        makeFolder(layout.writableLayers().toString(), 0711);
        Path own = layout.writableLayer(container);
        makeFolder(own.toString(), 0710);
        return own;
    }

    /** Makes the mount point of a container's root; whether nothing is mounted there yet. */
    boolean prepare(String container) {
        String root = layout.rootfs(container).toString();
        makeFolder(root, 0700);
        return !mounts.isMountPoint(root);
    }

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
}
