package io.wharf.images.layers;

import io.wharf.images.drivers.Whiteouts;
import io.wharf.tar.Compression;
import io.wharf.tar.EntryPaths;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes the record of a layer's tar out of its blob, for a layer that was unpacked without one. That the unpacked files give
 * the tar again is left to be seen by who compares.
 */
public final class RecordTar {
    private static final int BUFFER = 64 << 10;

    private RecordTar() {}

    /** Reads the blob, and leaves the record in the folder. Blocks. */
    public static void run(Path blob, Path folder, Yielding yielding) throws IOException {
        try (BufferedInputStream in =
                        new BufferedInputStream(new HashedInput(Files.newInputStream(blob), null), BUFFER);
                InputStream plain = Compression.of(in).open(in);
                TarSplitWriter split = new TarSplitWriter(folder)) {
            TarReader tar = new TarReader(new BufferedInputStream(yielding.reading(plain), BUFFER), split);
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                if (isUnpacked(entry)) {
                    tar.contentKeptAs(EntryPaths.clean(entry.name()));
                }
            }
            tar.drain();
        }
    }

    /** Whether the content lies in a file of its own, as it came. */
    private static boolean isUnpacked(TarEntry entry) {
        String path = EntryPaths.clean(entry.name());
        String name = path.substring(path.lastIndexOf('/') + 1);
        return entry.kind() == TarEntry.Kind.FILE
                && entry.sparse() == null
                && !name.isEmpty()
                && !name.startsWith(Whiteouts.PREFIX);
    }
}
