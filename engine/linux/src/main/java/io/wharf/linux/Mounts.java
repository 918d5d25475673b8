package io.wharf.linux;

import java.util.List;

/**
 * Mounts of this process's mount namespace. Paths are absolute; calls may block on slow file systems, so they belong
 * on a pool. Tests may stand in for this interface.
 */
public interface Mounts {
    static Mounts real() {
        return RealMounts.INSTANCE;
    }

    /** mount(2); {@code flags} from {@link MountFlags}, {@code options} of the file system, comma-separated. */
    void mount(String source, String target, String type, int flags, String options);

    /** Shows a file or folder at a second place; with {@code recursive} the mounts below it too. */
    void bind(String source, String target, boolean recursive);

    /** A bind whose every mount is read-only: recursive needs Linux 5.12, ENOSYS or EINVAL before. */
    void bindReadOnly(String source, String target, boolean recursive);

    /** Sets and clears {@code MOUNT_ATTR_*} on a mount, with {@code recursive} on all below it (Linux 5.12). */
    void setAttributes(String target, boolean recursive, int set, int clear);

    void propagation(String target, Propagation propagation, boolean recursive);

    /**
     * Mounts a union, however long the names of its layers are: mount(2) takes one page of options, so many layers go
     * one by one through fsconfig (Linux 6.7), and before that under the short names of their descriptors.
     */
    void overlay(Overlay overlay, String target);

    /** Detached copy of a mount (open_tree(2)), to be given a place by {@link #attach}; closing it drops it. */
    Fd cloneTree(String path, boolean recursive);

    /** Gives a detached mount a place (move_mount(2)). */
    void attach(Fd tree, String target);

    /** Maps a detached mount's owners by a user namespace (Linux 5.12, where the file system can). */
    void idmap(Fd tree, Fd userNamespace);

    /** umount2(2); symlinks at the end of the path are not followed. EINVAL where nothing is mounted. */
    void unmount(String target, int flags);

    /** Unmounts everything on a path and below it, the innermost first; the points that were unmounted. */
    List<String> unmountAll(String prefix, int flags);

    /** Whether something is mounted exactly here; false where the path does not exist. */
    boolean isMountPoint(String path);

    MountTable table();
}
