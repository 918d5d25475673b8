package io.wharf.images.transfer;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import io.wharf.images.catalog.Attestation;
import io.wharf.images.catalog.GatheredAttestations;
import io.wharf.images.layers.AddImage;
import io.wharf.images.registry.Repository;
import io.wharf.images.spec.Descriptor;
import io.wharf.images.spec.ManifestBody;
import io.wharf.images.spec.PackedStatement;
import io.wharf.linux.Pools;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches what an index says is attested of one of its images. Copies of an index often lack it, and no container needs it:
 * a pull goes on without.
 */
final class FetchAttestations {
    private static final Logger LOG = LoggerFactory.getLogger(FetchAttestations.class);

    private final Repository repository;
    private final AddImage add;
    private final Pools threads;
    private final GatheredAttestations found = new GatheredAttestations();

    FetchAttestations(Repository repository, AddImage add, Pools threads) {
        this.repository = repository;
        this.add = add;
        this.threads = threads;
    }

    /** All of it, nothing where there is none; null where it is here already, or no index was asked. */
    Future<@Nullable List<Attestation>> run(ManifestBody named, ManifestBody manifest, Digest image) {
        if (!named.isIndex()) {
            return Future.succeededFuture(null);
        }
        List<Descriptor> wanted;
        try {
            wanted = named.attestationsOf(manifest.digest());
        } catch (WharfException e) {
            LOG.info("what is attested of image {} cannot be read: {}", image, e.getMessage());
            return Future.succeededFuture(null);
        }
        if (wanted.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        List<Digest> digests = wanted.stream().map(Descriptor::digest).toList();
        return add.attestedBy(image).compose(here -> {
            if (here.equals(digests)) {
                return Future.succeededFuture(null);
            }
            Future<Void> all = Future.succeededFuture();
            for (Descriptor one : wanted) {
                all = all.compose(done -> fetch(one));
            }
            return all.<@Nullable List<Attestation>>map(done -> found.all()).recover(failure -> {
                LOG.info("what is attested of image {} could not be fetched: {}", image, failure.getMessage());
                return Future.succeededFuture(found.all());
            });
        });
    }

    private Future<Void> fetch(Descriptor wanted) {
        return repository.manifest(wanted.digest().toString()).compose(document -> {
            Future<Void> all = Future.succeededFuture();
            for (ManifestBody.Statement one :
                    ManifestBody.parse(document.mediaType(), document.body()).statements()) {
                all = all.compose(done -> fetch(wanted.digest(), one));
            }
            return all;
        });
    }

    private Future<Void> fetch(Digest manifest, ManifestBody.Statement statement) {
        Descriptor part = statement.part();
        Future<byte @Nullable []> text = part.size() > PackedStatement.LIMIT
                ? Future.succeededFuture(null)
                : repository.statement(part).recover(failure -> {
                    LOG.info("attestation {} could not be fetched: {}", part.digest(), failure.getMessage());
                    return Future.succeededFuture(null);
                });
        return text.compose(packed -> packed == null
                        ? Future.succeededFuture(null)
                        : threads.call(() -> PackedStatement.isObject(packed) ? packed : null))
                .map(packed -> {
                    found.add(manifest, statement, packed);
                    return null;
                });
    }
}
