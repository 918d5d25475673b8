package io.wharf.images.drivers;

import io.wharf.base.Digest;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.SameEntry;
import io.wharf.linux.Xattrs;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** All of a tree in words, one line for each name: what two trees must have in common to be the same. */
final class TreePicture {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;

    private final SortedMap<String, String> lines = new TreeMap<>();
    private final Map<Long, String> links = new HashMap<>();

    static SortedMap<String, String> of(Path root) {
        TreePicture picture = new TreePicture();
        Deque<Level> levels = new ArrayDeque<>();
        levels.push(Level.of(OpenFlags.AT_FDCWD, root.toString(), ""));
        while (!levels.isEmpty()) {
            Level level = levels.element();
            if (!level.names.hasNext()) {
                levels.pop().folder.close();
                continue;
            }
            String name = level.names.next();
            FileStatus status = FileStatus.ofEntry(level.folder.value(), name);
            String below = level.path + "/" + name;
            picture.lines.put(below, picture.line(level.folder, name, below, status));
            if (status.isDirectory()) {
                levels.push(Level.of(level.folder.value(), name, below));
            }
        }
        return picture.lines;
    }

    private record Level(Fd folder, Iterator<String> names, String path) {
        static Level of(int in, String name, String path) {
            Fd folder = Entries.openAt(in, name, FOLDER, 0);
            return new Level(
                    folder,
                    Directories.list(folder).stream()
                            .map(Directories.Entry::name)
                            .sorted()
                            .iterator(),
                    path);
        }
    }

    private String line(Fd folder, String name, String path, FileStatus status) {
        StringBuilder line = new StringBuilder();
        line.append(Integer.toOctalString(status.mode())).append(' ');
        line.append(status.uid()).append(':').append(status.gid()).append(' ');
        line.append(status.modifiedSeconds()).append('.').append(status.modifiedNanos());
        if (status.isDevice()) {
            line.append(" device ").append(status.specialMajor()).append(':').append(status.specialMinor());
        }
        if (status.isSymlink()) {
            line.append(" -> ").append(Entries.readLink(folder.value(), name));
        }
        if (status.isFile()) {
            line.append(" size ").append(status.size());
            if (status.size() < 1 << 20) {
                line.append(' ').append(content(folder, name, (int) status.size()));
            }
            if (status.links() > 1) {
                line.append(" as ").append(links.computeIfAbsent(status.inode(), inode -> path));
            }
        }
        Xattrs.list(folder.value(), name).stream()
                .filter(xattr -> !SameEntry.isOfTheHost(xattr))
                .sorted()
                .forEach(xattr -> line.append(' ')
                        .append(xattr)
                        .append('=')
                        .append(HexFormat.of()
                                .formatHex(
                                        Xattrs.get(folder.value(), name, xattr).orElse(new byte[0]))));
        return line.toString();
    }

    private static String content(Fd folder, String name, int size) {
        byte[] bytes = new byte[size];
        try (Fd file = Entries.openAt(folder.value(), name, OpenFlags.O_RDONLY, 0)) {
            int at = 0;
            while (at < size) {
                int count = file.read(bytes, at, size - at);
                if (count <= 0) {
                    break;
                }
                at += count;
            }
        }
        return Digest.of(bytes).hex().substring(0, 12);
    }
}
