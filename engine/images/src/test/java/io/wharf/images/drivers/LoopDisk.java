package io.wharf.images.drivers;

import io.wharf.linux.Commands;
import io.wharf.linux.Errno;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Mounts;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Storage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** A small disk in a file, with a file system of its own, mounted until it is closed. */
final class LoopDisk implements AutoCloseable {
    private final Path outer;
    final Path folder;

    private LoopDisk(Path outer) {
        this.outer = outer;
        this.folder = outer.resolve("disk");
    }

    /** Made by {@code mkfs.TYPE}; skips the test, and says so, where that or a loop device is missing. */
    static LoopDisk of(String type, long megabytes) {
        try {
            LoopDisk disk = new LoopDisk(Files.createTempDirectory("wharf-disk."));
            try {
                Files.createDirectory(disk.folder);
                Path image = disk.outer.resolve("image");
                try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                    file.setLength(megabytes << 20);
                }
                run("mkfs." + type, image.toString());
                run("mount", "-o", "loop", image.toString(), disk.folder.toString());
                return disk;
            } catch (RuntimeException e) {
                RemoveTree.at(disk.outer);
                throw new org.opentest4j.TestAbortedException("no disk with " + type + " here: " + e.getMessage(), e);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String program, String... arguments) {
        Commands.Result result = Commands.run(program, arguments);
        if (!result.success()) {
            throw new IllegalStateException(program + ": " + result.reason());
        }
    }

    long available() {
        return Storage.fileSystem(folder.toString()).availableBytes();
    }

    @Override
    public void close() {
        // Files of subvolumes that were deleted are let go of in the background.
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            try {
                Mounts.real().unmount(folder.toString(), 0);
                return true;
            } catch (LinuxException e) {
                if (e.is(Errno.EBUSY)) {
                    return false;
                }
                throw e;
            }
        });
        RemoveTree.at(outer);
    }
}
