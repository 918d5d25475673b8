package io.wharf.images.drivers;

import io.wharf.linux.FileStatus;
import java.util.HashSet;
import java.util.Set;

/** Adds up the bytes of a tree's files, each hard-linked file once. */
final class FileBytes {
    /** Linked files that are kept in mind: how many there are is a container's to say. */
    private static final int MOST_LINKED = 50_000;

    private final Set<Long> linked = new HashSet<>();
    private long sum;

    void add(FileStatus status) {
        if (!status.isFile()) {
            return;
        }
        if (status.links() <= 1) {
            sum += status.size();
        } else if (linked.size() < MOST_LINKED) {
            sum += linked.add(status.inode()) ? status.size() : 0;
        } else if (!linked.contains(status.inode())) {
            // Each name its share, which is the same in the end where all names are in the tree.
            sum += status.size() / status.links();
        }
    }

    long sum() {
        return sum;
    }
}
