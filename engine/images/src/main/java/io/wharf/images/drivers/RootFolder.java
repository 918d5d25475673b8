package io.wharf.images.drivers;

import io.wharf.base.Layout;
import io.wharf.linux.Attributes;
import io.wharf.linux.CopyEntry;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.OpenFlags;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The root folder itself: its owner, mode, attributes and times are those of the topmost layer that tells of it. But
 * everybody may enter and list it: tars are often made of private temporary folders, and Docker's overlay2 lets every root
 * be 0755.
 */
public final class RootFolder {
    private static final int FOR_ALL = 0555;
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY;

    private RootFolder() {}

    /** The folder that the root of a container is like; the engine's base where no layer says anything. */
    static Path of(LayerChain chain, Layout layout) {
        return chain.folders().stream()
                .filter(folder -> Files.exists(folder.resolveSibling(LayerFolder.ROOT)))
                .findFirst()
                .orElse(layout.containerBase());
    }

    /** Makes a root folder like another; its times stay so only as long as nothing is put into it. */
    static void describe(Path like, Path root) {
        try (Fd from = Entries.open(like.toString(), FOLDER, 0);
                Fd to = Entries.open(root.toString(), FOLDER, 0)) {
            FileStatus status = FileStatus.of(from);
            CopyEntry.describe(from, status, to);
            Attributes.mode(to, status.permissions() | FOR_ALL);
            CopyEntry.times(status, to);
        }
    }

    /** Whether a container's root folder still has the mode and the owner that it got. */
    static boolean isAsMade(FileStatus root, Path like) {
        FileStatus made = FileStatus.of(like.toString());
        return root.permissions() == (made.permissions() | FOR_ALL)
                && root.uid() == made.uid()
                && root.gid() == made.gid();
    }

    /** Notes in a layer's folder that its tar tells of the root. */
    public static void note(Path layer) {
        try (Fd mark = Entries.open(
                layer.resolve(LayerFolder.ROOT).toString(), OpenFlags.O_WRONLY | OpenFlags.O_CREAT, 0600)) {
            Attributes.mode(mark, 0600);
        }
    }
}
