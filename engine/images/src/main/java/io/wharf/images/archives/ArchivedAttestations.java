package io.wharf.images.archives;

import io.wharf.images.catalog.Attestation;
import io.wharf.images.spec.Descriptor;
import io.wharf.images.spec.ManifestBody;
import io.wharf.images.spec.MediaTypes;
import io.wharf.images.spec.PackedStatement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an archive holds that is attested of its images; archives may lack any part of it. */
final class ArchivedAttestations {
    private static final int CHUNK = 64 << 10;

    private final Spool spool;

    ArchivedAttestations(Spool spool) {
        this.spool = spool;
    }

    /** What the manifests of that kind say that are here. */
    List<Attestation> read(List<Descriptor> manifests) throws IOException {
        List<Attestation> found = new ArrayList<>();
        int bytes = 0;
        for (Descriptor one : manifests) {
            if (spool.file(Spool.name(one.digest())).isEmpty()) {
                continue;
            }
            ManifestBody manifest = ManifestBody.parse(MediaTypes.OCI_MANIFEST, spool.blob(one.digest()));
            for (ManifestBody.Statement statement : manifest.statements()) {
                byte @Nullable [] packed = packed(statement.part());
                byte @Nullable [] kept = packed == null || bytes + packed.length > Attestation.TOGETHER ? null : packed;
                bytes += kept == null ? 0 : kept.length;
                found.add(new Attestation(manifest.digest(), statement.predicateType(), statement.descriptor(), kept));
            }
        }
        return List.copyOf(found);
    }

    private byte @Nullable [] packed(Descriptor part) throws IOException {
        Optional<Path> file = spool.file(Spool.name(part.digest()));
        if (file.isEmpty() || Files.size(file.get()) > PackedStatement.LIMIT) {
            return null;
        }
        PackedStatement pack = new PackedStatement();
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file.get())) {
            for (int count = in.read(chunk); count >= 0 && pack.add(chunk, 0, count); count = in.read(chunk)) {}
        }
        byte @Nullable [] packed = pack.finish(part.digest());
        return packed != null && PackedStatement.isObject(packed) ? packed : null;
    }
}
