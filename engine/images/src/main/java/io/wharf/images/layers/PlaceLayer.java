package io.wharf.images.layers;

import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Puts what was unpacked where it stays. Blocks, for a pool. */
final class PlaceLayer {
    private PlaceLayer() {}

    /** Whether the layer's bytes were kept; {@code used} where what lies there is mounted. */
    static boolean run(NewLayer unpacked, Path target, Path blob, DamagedLayers damaged, boolean used)
            throws IOException {
        damaged.replace(unpacked.folder(), target, used);
        return keep(unpacked.blobFile(), blob);
    }

    /** Whether there was a file. */
    static boolean keep(Path file, Path blob) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        Files.move(file, blob, StandardCopyOption.REPLACE_EXISTING);
        // Between two names of one file a move does nothing at all.
        Files.deleteIfExists(file);
        return true;
    }

    /** Makes everything in the folder's file system durable. */
    static void sync(Path folder) {
        try (Fd root = Entries.open(folder.toString(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            Storage.syncFileSystem(root);
        }
    }
}
