package io.wharf.images.archives;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import io.wharf.images.catalog.Attestation;
import io.wharf.images.catalog.GatheredAttestations;
import io.wharf.images.spec.Descriptor;
import io.wharf.images.spec.ManifestBody;
import io.wharf.images.spec.MediaTypes;
import io.wharf.images.spec.PackedStatement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an archive holds that is attested of its images; archives may lack any part of it. */
final class ArchivedAttestations {
    private static final Logger LOG = LoggerFactory.getLogger(ArchivedAttestations.class);
    private static final int CHUNK = 64 << 10;

    private final Spool spool;

    ArchivedAttestations(Spool spool) {
        this.spool = spool;
    }

    /** What the manifests of that kind say of an image that are here and can be read. */
    List<Attestation> read(Iterable<JsonNode> rows, Digest image) throws IOException {
        GatheredAttestations found = new GatheredAttestations();
        try {
            for (Descriptor one : ManifestBody.attestations(rows, image)) {
                if (spool.file(Spool.name(one.digest())).isPresent()) {
                    read(one, found);
                }
            }
        } catch (WharfException e) {
            LOG.info("what is attested of {} cannot be read: {}", image, e.getMessage());
        }
        return found.all();
    }

    private void read(Descriptor one, GatheredAttestations found) throws IOException {
        ManifestBody manifest = ManifestBody.parse(MediaTypes.OCI_MANIFEST, spool.blob(one.digest()));
        for (ManifestBody.Statement statement : manifest.statements()) {
            found.add(manifest.digest(), statement, packed(statement.part()));
        }
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
