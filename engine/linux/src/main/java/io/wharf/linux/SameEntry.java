package io.wharf.linux;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Whether an entry of one tree is what it is in another: kind, owner, mode, device, and of what is no folder also size,
 * times and attributes. Contents are not read: whoever writes to a file changes its time.
 */
public final class SameEntry {
    private static final String OVERLAY = "trusted.overlay.";
    private static final String FUSE_OVERLAY = "user.fuseoverlayfs.";
    private static final String SELINUX = "security.selinux";

    private SameEntry() {}

    /** Both by the descriptor of their folder, with their states as just read. */
    public static boolean test(Fd one, FileStatus first, Fd other, FileStatus second, String name) {
        if (first.mode() != second.mode()
                || first.uid() != second.uid()
                || first.gid() != second.gid()
                || first.specialMajor() != second.specialMajor()
                || first.specialMinor() != second.specialMinor()
                || !sameTime(first, second)
                || (!first.isDirectory() && first.size() != second.size())) {
            return false;
        }
        List<String> names = attributes(one, name);
        return names.equals(attributes(other, name))
                && names.stream()
                        .allMatch(each -> Arrays.equals(
                                Xattrs.get(one.value(), name, each).orElse(null),
                                Xattrs.get(other.value(), name, each).orElse(null)));
    }

    /** A file system that counts whole seconds says nothing of the rest. */
    public static boolean sameTime(FileStatus one, FileStatus other) {
        return one.modifiedSeconds() == other.modifiedSeconds()
                && (one.modifiedNanos() == other.modifiedNanos()
                        || one.modifiedNanos() == 0
                        || other.modifiedNanos() == 0);
    }

    private static List<String> attributes(Fd folder, String name) {
        List<String> names = new ArrayList<>(Xattrs.list(folder.value(), name));
        names.removeIf(SameEntry::isOfTheHost);
        names.sort(null);
        return names;
    }

    /** What a storage driver or the host's policy keeps on files, and no part of a layer. */
    public static boolean isOfTheHost(String attribute) {
        return attribute.startsWith(OVERLAY) || attribute.startsWith(FUSE_OVERLAY) || attribute.equals(SELINUX);
    }
}
