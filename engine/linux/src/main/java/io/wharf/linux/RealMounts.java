package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** {@link Mounts} of the running kernel. */
final class RealMounts implements Mounts {
    static final RealMounts INSTANCE = new RealMounts();

    private static final int OPEN_TREE_CLONE = 1;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    private static final int MOUNT_ATTR_BYTES = 32;
    /** What mount(2) copies of its options: one page. */
    static final int OPTION_BYTES = 4096;

    private RealMounts() {}

    @Override
    public void mount(String source, String target, String type, int flags, String options) {
        try (var arena = Arena.ofConfined()) {
            var scratch = Scratch.get();
            var data = Names.encode(options);
            if (data.length >= OPTION_BYTES) {
                throw new LinuxException("mount", Errno.E2BIG, source, target, type, flags, options);
            }
            var optionsAt = arena.allocate(OPTION_BYTES, 8);
            optionsAt.asByteBuffer().put(data);
            var typeAt = arena.allocateFrom(type);
            var result = Native.syscall(
                    Nr.MOUNT,
                    scratch.first(source, "mount"),
                    scratch.second(target, "mount"),
                    type.isEmpty() ? 0 : typeAt.address(),
                    flags,
                    options.isEmpty() ? 0 : optionsAt.address());
            Check.that("mount", result, source, target, type, "0x" + Integer.toHexString(flags), options);
        }
    }

    @Override
    public void bind(String source, String target, boolean recursive) {
        mount(source, target, "", MountFlags.MS_BIND | (recursive ? MountFlags.MS_REC : 0), "");
    }

    @Override
    public void bindReadOnly(String source, String target, boolean recursive) {
        // Made read-only while still detached: nobody ever sees it writable at its place.
        try (var tree = cloneTree(source, recursive)) {
            setAttributes(tree, "", recursive, MountFlags.MOUNT_ATTR_RDONLY, 0, -1);
            attach(tree, target);
        }
    }

    @Override
    public void setAttributes(String target, boolean recursive, int set, int clear) {
        try (var at = Entries.open(target, OpenFlags.O_PATH, 0)) {
            setAttributes(at, target, recursive, set, clear, -1);
        }
    }

    @Override
    public void idmap(Fd tree, Fd userNamespace) {
        setAttributes(tree, "", true, MountFlags.MOUNT_ATTR_IDMAP, 0, userNamespace.value());
    }

    private static void setAttributes(Fd at, String shown, boolean recursive, int set, int clear, int namespace) {
        var scratch = Scratch.get();
        var attributes = scratch.zeroed(MOUNT_ATTR_BYTES);
        attributes.set(JAVA_LONG, 0, set);
        attributes.set(JAVA_LONG, 8, clear);
        attributes.set(JAVA_LONG, 24, Math.max(namespace, 0));
        var flags = OpenFlags.AT_EMPTY_PATH | (recursive ? OpenFlags.AT_RECURSIVE : 0);
        var result = Native.syscall(
                Nr.MOUNT_SETATTR,
                at.value(),
                scratch.first("", "mount_setattr"),
                flags,
                attributes.address(),
                MOUNT_ATTR_BYTES);
        Check.that(
                "mount_setattr", result, at, shown, flags, "0x" + Integer.toHexString(set), Integer.toHexString(clear));
    }

    @Override
    public void propagation(String target, Propagation propagation, boolean recursive) {
        mount("none", target, "", propagation.flag | (recursive ? MountFlags.MS_REC : 0), "");
    }

    @Override
    public void overlay(Overlay overlay, String target) {
        OverlayMount.mount(overlay, target);
    }

    @Override
    public Fd cloneTree(String path, boolean recursive) {
        var flags = OPEN_TREE_CLONE | OpenFlags.O_CLOEXEC | (recursive ? OpenFlags.AT_RECURSIVE : 0);
        var name = Scratch.get().first(path, "open_tree");
        var tree = Native.syscall(Nr.OPEN_TREE, OpenFlags.AT_FDCWD, name, flags);
        return Fd.own(Check.fd("open_tree", tree, path, "0x" + Integer.toHexString(flags)));
    }

    @Override
    public void attach(Fd tree, String target) {
        var scratch = Scratch.get();
        var result = Native.syscall(
                Nr.MOVE_MOUNT,
                tree.value(),
                scratch.first("", "move_mount"),
                OpenFlags.AT_FDCWD,
                scratch.second(target, "move_mount"),
                MOVE_MOUNT_F_EMPTY_PATH);
        Check.that("move_mount", result, tree, target);
    }

    /** As {@link #attach(Fd, String)}, at a place that an O_PATH descriptor stands for. */
    void attach(Fd tree, Fd target) {
        var empty = Scratch.get().first("", "move_mount");
        var flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
        Check.that(
                "move_mount",
                Native.syscall(Nr.MOVE_MOUNT, tree.value(), empty, target.value(), empty, flags),
                tree,
                target);
    }

    /** Of a detached mount. */
    void makeReadOnly(Fd tree, boolean recursive) {
        setAttributes(tree, "", recursive, MountFlags.MOUNT_ATTR_RDONLY, 0, -1);
    }

    @Override
    public void unmount(String target, int flags) {
        var name = Scratch.get().first(target, "umount2");
        Check.that("umount2", Native.syscall(Nr.UMOUNT2, name, flags | MountFlags.UMOUNT_NOFOLLOW), target, flags);
    }

    @Override
    public List<String> unmountAll(String prefix, int flags) {
        if (!prefix.startsWith("/") || prefix.endsWith("/")) {
            throw new IllegalArgumentException("not a folder to clear of mounts: " + prefix);
        }
        var done = new ArrayList<String>();
        for (var entry : table().atOrBelow(prefix)) {
            try {
                unmount(entry.mountPoint(), flags);
                done.add(entry.mountPoint());
            } catch (LinuxException e) {
                // Gone meanwhile, by propagation from a peer or together with its parent.
                if (!e.is(Errno.EINVAL, Errno.ENOENT)) {
                    throw e;
                }
            }
        }
        return done;
    }

    @Override
    public boolean isMountPoint(String path) {
        try {
            return FileStatus.of(OpenFlags.AT_FDCWD, path, OpenFlags.AT_SYMLINK_NOFOLLOW)
                    .mountRoot();
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public MountTable table() {
        return MountTable.read();
    }
}
