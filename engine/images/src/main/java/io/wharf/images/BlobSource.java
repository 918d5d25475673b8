package io.wharf.images;

import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.linux.Pools;
import io.wharf.streams.BlockingOutput;
import io.wharf.streams.FileBytes;
import io.wharf.tar.BlobRecipe;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** The bytes of a blob that is kept: as they lie there, or made again from the unpacked layer. */
final class BlobSource {
    private BlobSource() {}

    /** Made on a thread of the pool where they are made, and at the reader's pace. */
    static ByteStream of(Images images, LayerStore layers, Pools pool, Layer layer, Blob blob) {
        String recipe = images.recipes().of(blob.digest());
        if (recipe == null) {
            return FileBytes.of(pool, layers.blob(blob.digest()));
        }
        LayerTar tar = LayerTar.of(images, layers, layer);
        BlockingOutput out = new BlockingOutput();
        pool.run(() -> {
                    Hashed hashed = new Hashed(out);
                    BlobRecipe.parse(recipe).pack(tar::writeTo, hashed);
                    if (!Digest.finish(hashed.hash).equals(blob.digest())) {
                        throw WharfException.internal(
                                "blob " + blob.digest()
                                        + " cannot be made again byte by byte: pull its image again, or push it under another name");
                    }
                    out.close();
                })
                .onFailure(out::fail);
        return out.bytes();
    }

    private static final class Hashed extends FilterOutputStream {
        private final MessageDigest hash = Digest.sha256();

        Hashed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            hash.update(from, offset, length);
            out.write(from, offset, length);
        }
    }
}
