package io.wharf.volumes;

import io.wharf.linux.Entries;
import io.wharf.linux.FileStatus;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Xattrs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that can be told of the entries of a tree, a line each: two trees with the same lines are the same. */
final class TreeFacts {
    private TreeFacts() {}

    static List<String> of(Path root) {
        Map<Long, String> first = new HashMap<>();
        try (var entries = Files.walk(root)) {
            return entries.sorted().map(path -> line(root, path, first)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(Path root, Path path, Map<Long, String> first) {
        String name = root.relativize(path).toString();
        FileStatus status = FileStatus.ofEntry(OpenFlags.AT_FDCWD, path.toString());
        StringBuilder line = new StringBuilder(name)
                .append(String.format(" %o %d:%d", status.mode(), status.uid(), status.gid()))
                .append(" ")
                .append(status.modifiedSeconds())
                .append(".")
                .append(status.modifiedNanos());
        if (status.isFile()) {
            line.append(" size ").append(status.size());
            line.append(status.blocks() * 512 < status.size() ? " sparse" : " whole");
            line.append(" #").append(hash(path));
            line.append(" as ").append(first.computeIfAbsent(status.inode(), inode -> name));
        } else if (status.isSymlink()) {
            line.append(" -> ").append(Entries.readLink(path.toString()));
        } else if (status.isDevice()) {
            line.append(" ").append(status.specialMajor()).append(",").append(status.specialMinor());
        }
        Map<String, String> xattrs = new TreeMap<>();
        for (String xattr : Xattrs.list(OpenFlags.AT_FDCWD, path.toString())) {
            xattrs.put(
                    xattr,
                    Xattrs.get(OpenFlags.AT_FDCWD, path.toString(), xattr)
                            .map(Arrays::toString)
                            .orElse(""));
        }
        return line.append(" ").append(xattrs).toString();
    }

    private static int hash(Path file) {
        try {
            return Arrays.hashCode(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
