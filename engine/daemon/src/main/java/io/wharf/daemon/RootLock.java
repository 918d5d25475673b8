package io.wharf.daemon;

import io.wharf.base.WharfException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Holds a root for one engine alone, as long as the process lives; the kernel frees it however the process ends. */
final class RootLock implements AutoCloseable {
    private final FileChannel channel;

    private RootLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Makes the folder where it is missing (only root may look in) and locks it. */
    static RootLock take(Path root) {
        try {
            Files.createDirectories(
                    root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x---")));
            FileChannel channel =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw WharfException.internal("another engine uses " + root);
            }
            return new RootLock(channel);
        } catch (OverlappingFileLockException e) {
            throw WharfException.internal("data root and exec root are both " + root, e);
        } catch (IOException e) {
            throw WharfException.internal("cannot lock " + root + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
