package io.wharf.volumes.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much is in a folder. Blocks, and walks all of it. */
final class FolderSize {
    private FolderSize() {}

    /** Bytes of the files below; -1 where they change while they are counted. */
    static long of(Path folder) {
        try (var files = Files.walk(folder)) {
            long bytes = 0;
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                bytes += Files.size(file);
            }
            return bytes;
        } catch (IOException | UncheckedIOException e) {
            return -1;
        }
    }
}
