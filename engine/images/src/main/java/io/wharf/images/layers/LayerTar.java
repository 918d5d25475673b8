package io.wharf.images.layers;

import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.linux.Sha256;
import io.wharf.tar.BlobRecipe;
import io.wharf.tar.Compression;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a layer's plain tar, the very bytes it was made from, out of its kept blob or of its record.
 *
 * @param folder of the layer
 * @param blob its kept bytes, null where there are none
 */
public record LayerTar(Layer layer, Path folder, @Nullable Path blob) {

    public static LayerTar of(Images images, LayerStore layers, Layer layer) {
        Path folder = layers.folder(layer.chain());
        if (images.blobs(layer.diff()).stream().noneMatch(images::isStored) && !TarSplitReader.isRecorded(folder)) {
            // The blob went when another layer of this content had its record.
            folder = images.layers().stream()
                    .filter(other -> other.diff().equals(layer.diff()))
                    .map(other -> layers.folder(other.chain()))
                    .filter(TarSplitReader::isRecorded)
                    .findFirst()
                    .orElse(folder);
        }
        Path blob = images.blobs(layer.diff()).stream()
                .filter(images::isStored)
                .findFirst()
                .map(kept -> layers.blob(kept.digest()))
                .orElse(null);
        return new LayerTar(layer, folder, blob);
    }

    /** The digest of the plain tar in a blob. */
    public static Digest digestOf(Path blob) throws IOException {
        return digestOf(out -> unpack(blob, out));
    }

    public static Digest digestOf(BlobRecipe.Tar tar) throws IOException {
        DigestOutputStream hashed = hashing(OutputStream.nullOutputStream());
        tar.writeTo(hashed);
        return Digest.finish(hashed.getMessageDigest());
    }

    private static DigestOutputStream hashing(OutputStream out) {
        return new DigestOutputStream(out, Sha256.create());
    }

    private static void unpack(Path blob, OutputStream out) throws IOException {
        try (BufferedInputStream in = new BufferedInputStream(new HashedInput(Files.newInputStream(blob), null));
                InputStream plain = Compression.of(in).open(in)) {
            plain.transferTo(out);
        }
    }

    /** Blocks; fails where the bytes are not those of the layer's diff ID, though some are written by then. */
    public void writeTo(OutputStream out) throws IOException {
        DigestOutputStream hashed = hashing(out);
        if (TarSplitReader.isRecorded(folder)) {
            new TarSplitReader(folder).writeTo(hashed);
        } else if (blob != null) {
            unpack(blob, hashed);
        } else {
            throw WharfException.internal("layer " + layer.chain() + " has neither a blob nor a record of its tar");
        }
        if (!Digest.finish(hashed.getMessageDigest()).equals(layer.diff())) {
            throw WharfException.internal(
                    "layer " + layer.chain() + " was changed on disk: its tar has another digest");
        }
    }
}
