package io.wharf.linux;

import static io.wharf.linux.OpenFlags.O_DIRECTORY;
import static io.wharf.linux.OpenFlags.O_PATH;

import java.util.List;

/**
 * A folder with more mounted into it, as a descriptor and nothing else: the tree is in no mount namespace, and closing the
 * descriptor, or the end of this process, undoes it all.
 *
 * <p>It is put together in a mount namespace that lives for that moment only, on a thread that then ends, and is kept as
 * a detached copy (open_tree(2), Linux 5.2). Each such namespace is a copy of the host's mount table: few at a time.
 */
public final class MountedTree {
    private static final int CLONE_NEWNS = 0x20000;
    private static final int MODE = 0755;

    private MountedTree() {}

    /**
     * Something to mount into the folder.
     *
     * @param source a path of the host; empty for a new tmpfs
     * @param destination below the folder, links resolved as if it were {@code /}; made where it is missing
     */
    public record Part(String source, String destination, boolean readOnly, boolean recursive) {}

    /** The tree's root, O_PATH; the caller's to close. Blocks: for a pool. */
    public static Fd of(String folder, List<Part> parts) {
        return ThreadOfItsOwn.run("wharf-mntns", () -> {
            Check.that("unshare", Native.syscall(Nr.UNSHARE, CLONE_NEWNS), "CLONE_NEWNS");
            var mounts = RealMounts.INSTANCE;
            mounts.propagation("/", Propagation.PRIVATE, true);
            try (var root = Entries.openDirectory(folder)) {
                parts.forEach(part -> mount(mounts, root, part));
            }
            return mounts.cloneTree(folder, true);
        });
    }

    private static void mount(RealMounts mounts, Fd root, Part part) {
        if (part.source().isEmpty()) {
            try (var target = target(root, part.destination(), true)) {
                var flags = MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC;
                mounts.mount("tmpfs", target.procPath(), "tmpfs", flags, "mode=1777,size=64m");
            }
            return;
        }
        var folder = FileStatus.of(part.source()).isDirectory();
        // Made read-only while still detached: nobody ever sees it writable at its place.
        try (var tree = mounts.cloneTree(part.source(), part.recursive());
                var target = target(root, part.destination(), folder)) {
            if (part.readOnly()) {
                mounts.makeReadOnly(tree, part.recursive());
            }
            mounts.attach(tree, target);
        }
    }

    /** The mount's place by its descriptor, so that no link can lead elsewhere between the look and the mount. */
    private static Fd target(Fd root, String path, boolean folder) {
        try {
            return Entries.openBeneath(root.value(), path, O_PATH, 0);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
        var slash = path.lastIndexOf('/');
        var name = path.substring(slash + 1);
        try (var parent = slash <= 0
                ? Entries.openBeneath(root.value(), ".", O_PATH | O_DIRECTORY, 0)
                : target(root, path.substring(0, slash), true)) {
            if (folder) {
                Entries.makeDirectory(parent.value(), name, MODE);
            } else {
                Entries.makeNode(parent.value(), name, FileStatus.S_IFREG | MODE, 0);
            }
        }
        return Entries.openBeneath(root.value(), path, O_PATH, 0);
    }
}
