package io.wharf.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One folder as the layers below a writable one show it: the folders of that name that shine through, topmost first. By
 * the rules of overlayfs: a device 0:0 hides a name, an opaque folder all below it.
 */
public final class LowerFolders implements AutoCloseable {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    private static final String OPAQUE = "trusted.overlay.opaque";

    private final List<Fd> folders = new ArrayList<>();
    /** Of which layer each of them is. */
    private final List<Integer> layers = new ArrayList<>();

    /** The roots of the layers. */
    public static LowerFolders of(List<String> paths) {
        LowerFolders roots = new LowerFolders();
        try {
            paths.forEach(path -> roots.add(Entries.open(path, FOLDER, 0), roots.layers.size()));
            return roots;
        } catch (RuntimeException e) {
            roots.close();
            throw e;
        }
    }

    /**
     * A name that shines through.
     *
     * @param folder in which it lies; this object's own
     */
    public record Found(Fd folder, FileStatus status) {}

    /** What is below under this name, if anything. */
    public Optional<FileStatus> find(String name) {
        return locate(name).map(Found::status);
    }

    /** The same, and where it lies. */
    public Optional<Found> locate(String name) {
        for (Fd folder : folders) {
            FileStatus status = status(folder, name);
            if (status != null) {
                return isWhiteout(status) ? Optional.empty() : Optional.of(new Found(folder, status));
            }
        }
        return Optional.empty();
    }

    /** The folder below of this name; without anything in it where there is none. */
    public LowerFolders enter(String name) {
        LowerFolders below = new LowerFolders();
        try {
            for (int i = 0; i < folders.size(); i++) {
                Fd folder = folders.get(i);
                FileStatus status = status(folder, name);
                if (status == null) {
                    continue;
                }
                if (!status.isDirectory()) {
                    break;
                }
                Fd entered = Entries.openAt(folder.value(), name, FOLDER, 0);
                below.add(entered, layers.get(i));
                if (isOpaque(entered)) {
                    break;
                }
            }
            return below;
        } catch (RuntimeException e) {
            below.close();
            throw e;
        }
    }

    private void add(Fd folder, int layer) {
        folders.add(folder);
        layers.add(layer);
    }

    /** How many shine through, open or not. */
    int count() {
        return layers.size();
    }

    /**
     * Opens what was closed anew: as the folder around those that are open below it, else by its path.
     *
     * @param roots of all layers
     */
    void reopen(@Nullable LowerFolders below, LowerFolders roots, String path) {
        for (int layer : layers) {
            int inside = below == null ? -1 : below.layers.indexOf(layer);
            folders.add(
                    below != null && inside >= 0
                            ? Entries.openAt(below.folders.get(inside).value(), "..", FOLDER, 0)
                            : Entries.openBeneathNoLinks(
                                    roots.folders.get(layer).value(), path, FOLDER, 0));
        }
    }

    /** Those that shine through, topmost first. */
    public List<Fd> folders() {
        return folders;
    }

    /** Whether a name shines through out of this one of the folders. */
    public boolean isTopmost(Fd folder, String name) {
        for (Fd one : folders) {
            FileStatus status = status(one, name);
            if (status != null) {
                return one == folder && !isWhiteout(status);
            }
        }
        return false;
    }

    public static boolean isOpaque(Fd folder) {
        return Xattrs.get(folder, OPAQUE)
                .filter(value -> value.length == 1 && value[0] == 'y')
                .isPresent();
    }

    public static boolean isWhiteout(FileStatus status) {
        return (status.mode() & FileStatus.S_IFMT) == FileStatus.S_IFCHR
                && status.specialMajor() == 0
                && status.specialMinor() == 0;
    }

    private static @Nullable FileStatus status(Fd folder, String name) {
        try {
            return FileStatus.ofEntry(folder.value(), name);
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ENAMETOOLONG)) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        folders.forEach(Fd::close);
        folders.clear();
    }
}
