package io.wharf.daemon;

import io.wharf.base.WharfException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file that tells the daemon's process id; one left behind by a dead process is written over. */
final class PidFile implements AutoCloseable {
    private final Path path;

    private PidFile(Path path) {
        this.path = path;
    }

    static PidFile write(Path path) {
        try {
            if (Files.exists(path)) {
                refuseLiving(path, Files.readString(path).strip());
            }
            Path folder = path.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(path, Long.toString(ProcessHandle.current().pid()));
            return new PidFile(path);
        } catch (IOException e) {
            throw WharfException.internal("cannot write pid file " + path + ": " + e.getMessage(), e);
        }
    }

    /** Only a living daemon counts; a number that the kernel gave to another program meanwhile does not. */
    private static void refuseLiving(Path path, String content) {
        if (!content.matches("[0-9]{1,10}")) {
            return;
        }
        ProcessHandle.of(Long.parseLong(content))
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> process.info().commandLine().orElse("").contains("io.wharf.daemon"))
                .ifPresent(process -> {
                    throw WharfException.internal(
                            "pid file found, ensure that the daemon is not running or delete " + path);
                });
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
    }
}
