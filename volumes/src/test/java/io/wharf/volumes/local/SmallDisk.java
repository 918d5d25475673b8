package io.wharf.volumes.local;

import io.wharf.linux.Commands;
import io.wharf.linux.LinuxException;
import io.wharf.linux.LoopDevice;
import io.wharf.linux.Mounts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** A small disk in a file, with a file system of its own, mounted until it is closed. */
final class SmallDisk implements AutoCloseable {
    final Path folder;

    SmallDisk(Path outer, String type, long megabytes) {
        folder = outer.resolve("disk");
        Path image = outer.resolve("image");
        try {
            Files.createDirectory(folder);
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(megabytes << 20);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            Commands.Result made = Commands.run("mkfs." + type, image.toString());
            if (!made.success()) {
                throw new org.opentest4j.TestAbortedException("mkfs." + type + ": " + made.reason());
            }
            try (LoopDevice device = LoopDevice.of(image.toString())) {
                Mounts.real().mount(device.path(), folder.toString(), type, 0, "");
            }
        } catch (LinuxException e) {
            throw new org.opentest4j.TestAbortedException("no disk with " + type + " here: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        // Files of subvolumes that were deleted are let go of in the background.
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            try {
                Mounts.real().unmount(folder.toString(), 0);
                return true;
            } catch (LinuxException busy) {
                return false;
            }
        });
    }
}
