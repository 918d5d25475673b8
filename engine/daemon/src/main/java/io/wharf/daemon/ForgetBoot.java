package io.wharf.daemon;

import io.wharf.base.Layout;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what an earlier boot left in the exec root, where that is not a tmpfs: files that stood for namespaces,
 * bundles, sockets. Something that is still mounted is passed over, never descended into.
 */
final class ForgetBoot {
    private static final Logger LOG = LoggerFactory.getLogger(ForgetBoot.class);

    private ForgetBoot() {}

    static void run(Layout layout) {
        Path root = layout.execRoot();
        // A root that is mounted is somebody's data: of these only empty folders go.
        removeEmpty(layout.rootfsParent());
        for (String folder : List.of("netns", "bundles", "monitors", "exits", "runtime")) {
            removeBelow(root.resolve(folder));
        }
    }

    private static void removeEmpty(Path parent) {
        if (!Files.isDirectory(parent)) {
            return;
        }
        try (var folders = Files.newDirectoryStream(parent)) {
            folders.forEach(ForgetBoot::remove);
        } catch (IOException e) {
            LOG.warn("cannot look into {}: {}", parent, e.toString());
        }
    }

    private static void removeBelow(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    remove(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path left, @Nullable IOException failure) {
                    if (!left.equals(folder)) {
                        remove(left);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            LOG.warn("cannot clear {}: {}", folder, e.toString());
        }
    }

    /** A mount point or a folder that is not empty stays, and its removal is tried again after the next boot. */
    private static void remove(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            LOG.debug("{} stays: {}", path, e.toString());
        }
    }
}
