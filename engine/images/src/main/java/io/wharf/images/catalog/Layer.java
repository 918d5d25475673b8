package io.wharf.images.catalog;

import io.wharf.base.Digest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An unpacked layer.
 *
 * @param chain digest of it and all below it: its name on disk
 * @param parent chain ID of the layer below, null for the lowest
 * @param diff digest of its plain tar
 * @param size bytes of the files in it
 * @param tarSize bytes of the plain tar
 */
public record Layer(Digest chain, @Nullable Digest parent, Digest diff, long size, long tarSize) {

    /** The chain ID of a layer on top of others (OCI image-spec, config.md). */
    public static Digest chain(@Nullable Digest parent, Digest diff) {
        return parent == null ? diff : Digest.of(parent + " " + diff);
    }

    /** The chain IDs of all layers of an image, lowest first. */
    public static List<Digest> chains(List<Digest> diffs) {
        List<Digest> chains = new ArrayList<>(diffs.size());
        Digest below = null;
        for (Digest diff : diffs) {
            below = chain(below, diff);
            chains.add(below);
        }
        return chains;
    }
}
