package io.wharf.daemon;

import io.wharf.base.WharfException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
        long pid = Long.parseLong(content);
        if (pid != ProcessHandle.current().pid() && isDaemon(Path.of("/proc/" + pid + "/cmdline"))) {
            throw WharfException.internal("pid file found, ensure that the daemon is not running or delete " + path);
        }
    }

    /** Read here, for the JDK gives no more than a page of a command line, and a class path is longer. */
    private static boolean isDaemon(Path commandLine) {
        try {
            return Files.readString(commandLine, StandardCharsets.ISO_8859_1).contains("io.wharf.daemon");
        } catch (IOException e) {
            // No such process, or it ended just now.
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(path)
                && Files.readString(path)
                        .strip()
                        .equals(Long.toString(ProcessHandle.current().pid()))) {
            Files.deleteIfExists(path);
        }
    }
}
