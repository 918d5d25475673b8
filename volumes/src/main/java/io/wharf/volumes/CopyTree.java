package io.wharf.volumes;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Copies a folder with everything in it: owners, modes, times, extended attributes, links (symbolic ones as they are, hard
 * ones among themselves) and special files. Blocks; for a pool thread.
 */
final class CopyTree extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;
    private final Map<Object, Path> copies = new HashMap<>();

    private CopyTree(Path from, Path to) {
        this.from = from;
        this.to = to;
    }

    /** Copies {@code from} to {@code to}, which must not exist. */
    static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new CopyTree(from, to));
    }

    static boolean isEmpty(Path folder) throws IOException {
        try (var entries = Files.newDirectoryStream(folder)) {
            return !entries.iterator().hasNext();
        }
    }

    /** Moves what is in a folder into another that is there and empty, and gives that one its owner, mode and times. */
    static void moveInto(Path from, Path to) throws IOException {
        Map<String, Object> original = Files.readAttributes(from, "unix:uid,gid,mode,lastModifiedTime");
        try (var entries = Files.newDirectoryStream(from)) {
            for (Path entry : entries) {
                Files.move(entry, to.resolve(from.relativize(entry).toString()), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Files.setAttribute(to, "unix:uid", original.get("uid"));
        Files.setAttribute(to, "unix:gid", original.get("gid"));
        Files.setAttribute(to, "unix:mode", original.get("mode"));
        Files.setAttribute(to, "lastModifiedTime", original.get("lastModifiedTime"));
        Files.delete(from);
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
        Files.copy(folder, target(folder), COPY_ATTRIBUTES, NOFOLLOW_LINKS);
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        Path target = target(file);
        Object key = attributes.fileKey();
        Path earlier = attributes.isRegularFile() && key != null ? copies.putIfAbsent(key, target) : null;
        if (earlier != null) {
            Files.createLink(target, earlier);
        } else {
            Files.copy(file, target, COPY_ATTRIBUTES, NOFOLLOW_LINKS);
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
        if (failure != null) {
            throw failure;
        }
        // Filling the copy has changed its times.
        BasicFileAttributes original = Files.readAttributes(folder, BasicFileAttributes.class, NOFOLLOW_LINKS);
        Files.getFileAttributeView(target(folder), BasicFileAttributeView.class, NOFOLLOW_LINKS)
                .setTimes(original.lastModifiedTime(), original.lastAccessTime(), null);
        return FileVisitResult.CONTINUE;
    }

    private Path target(Path source) {
        return to.resolve(from.relativize(source).toString());
    }
}
