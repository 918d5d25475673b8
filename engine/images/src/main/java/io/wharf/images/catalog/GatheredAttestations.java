package io.wharf.images.catalog;

import io.wharf.base.Digest;
import io.wharf.images.spec.ManifestBody;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is attested of an image, while it comes: no more than can be kept, whatever a registry or an archive has. */
public final class GatheredAttestations {
    /** Bytes of all packed statements of an image. */
    private static final int PACKED = 8 << 20;
    /** Characters of all descriptors of an image, which have any notes their writers like. */
    private static final int DESCRIBED = 256 << 10;

    private final List<Attestation> found = new ArrayList<>();
    private int packedBytes;
    private int described;

    /** Adds one, without its text where that is too much; nothing where its descriptor is. */
    public void add(Digest manifest, ManifestBody.Statement statement, byte @Nullable [] packed) {
        int length = statement.descriptor().length() + statement.predicateType().length();
        if (described + length > DESCRIBED) {
            return;
        }
        described += length;
        byte @Nullable [] kept = packed == null || packedBytes + packed.length > PACKED ? null : packed;
        packedBytes += kept == null ? 0 : kept.length;
        found.add(new Attestation(manifest, statement.predicateType(), statement.descriptor(), kept));
    }

    public List<Attestation> all() {
        return List.copyOf(found);
    }
}
