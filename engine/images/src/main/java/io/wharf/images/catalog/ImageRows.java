package io.wharf.images.catalog;

import io.wharf.base.Digest;
import io.wharf.base.Tx;
import io.wharf.images.spec.ManifestText;
import io.wharf.images.spec.Reference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that comes with an image in one commit, once as rows and once in memory.
 *
 * @param brought blobs whose bytes lie there from now on
 * @param blobs all that are named, those among them
 * @param attestations what is attested from now on; null where nothing new was heard
 */
// Handed on, never compared.
@SuppressWarnings("ArrayRecordComponent")
public record ImageRows(
        Image image,
        byte[] config,
        Uses.Use use,
        List<Layer> layers,
        List<Blob> brought,
        List<Blob> blobs,
        List<ManifestText> manifests,
        List<Reference> names,
        @Nullable List<Attestation> attestations) {
    public void write(Tx tx) {
        Digest id = image.id();
        ImageTable.putImage(tx, image, config);
        layers.forEach(layer -> ImageTable.putLayer(tx, layer));
        blobs.forEach(blob -> ImageTable.putBlob(tx, blob));
        // Their bytes lie there again, and must not go by what another layer's record gave.
        brought.forEach(blob -> Recipes.delete(tx, blob.digest()));
        manifests.forEach(text -> ImageTable.putManifest(tx, manifest(text), text.body()));
        names.forEach(name -> ImageTable.putName(tx, name.full(), id));
        Uses.write(tx, id, use);
        if (attestations != null) {
            Attestations.put(tx, id, attestations);
        }
    }

    private Manifest manifest(ManifestText text) {
        return new Manifest(text.digest(), image.id(), text.mediaType());
    }

    /** After the commit. */
    public void apply(Images images) {
        Digest id = image.id();
        images.add(image);
        images.readable(id);
        layers.forEach(images::add);
        brought.forEach(blob -> images.recipes().remove(blob.digest()));
        images.uses().put(id, use);
        blobs.forEach(images::add);
        manifests.forEach(text -> images.add(manifest(text)));
        names.forEach(name -> images.name(name.full(), id));
    }
}
