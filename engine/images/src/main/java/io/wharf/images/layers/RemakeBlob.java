package io.wharf.images.layers;

import io.wharf.base.Digest;
import io.wharf.linux.Sha256;
import io.wharf.tar.BlobRecipe;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.function.LongConsumer;

/** Makes a blob again whose bytes are no longer kept, into a file: from there it may be sent in more than one go. */
public final class RemakeBlob {
    private RemakeBlob() {}

    /**
     * Blocks, for a pool. Tells of the plain bytes that went in. False where other bytes come out, for the library that packs
     * has changed; then, and after a failure, there is no file.
     */
    public static boolean run(LayerTar tar, String recipe, Digest digest, Path file, LongConsumer progress)
            throws IOException {
        boolean whole = false;
        try (OutputStream out = Files.newOutputStream(file)) {
            DigestOutputStream hashed = new DigestOutputStream(out, Sha256.create());
            BlobRecipe.parse(recipe).pack(plain -> tar.writeTo(new Counted(plain, progress)), hashed);
            whole = Digest.finish(hashed.getMessageDigest()).equals(digest);
            return whole;
        } finally {
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static final class Counted extends FilterOutputStream {
        private final LongConsumer progress;
        private long count;

        Counted(OutputStream out, LongConsumer progress) {
            super(out);
            this.progress = progress;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            out.write(from, offset, length);
            count += length;
            progress.accept(count);
        }
    }
}
