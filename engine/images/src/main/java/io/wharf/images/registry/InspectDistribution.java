package io.wharf.images.registry;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.Distribution;
import io.wharf.contracts.ImageService.DistributionDescriptor;
import io.wharf.contracts.ImageService.DistributionPlatform;
import io.wharf.contracts.ImageService.RegistryAuth;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.ManifestBody;
import io.wharf.images.spec.Reference;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks a registry what a name stands for: the digest, and the platforms for which there are images. */
public final class InspectDistribution {
    private static final Pattern ID = Pattern.compile("(sha256:)?[a-f0-9]{64}");

    private final Registries registries;

    public InspectDistribution(Registries registries) {
        this.registries = registries;
    }

    public Future<Distribution> run(String name, @Nullable RegistryAuth auth) {
        if (ID.matcher(name).matches()) {
            throw WharfException.internal("no manifest found for full image ID");
        }
        Reference wanted = Reference.parse(name).tagged();
        String at = wanted.digest() == null
                ? String.valueOf(wanted.tag())
                : wanted.digest().toString();
        return registries
                .repository(wanted, auth, new Cancellation())
                .compose(repository -> repository.manifest(at).compose(document -> {
                    ManifestBody body = ManifestBody.parse(document.mediaType(), document.body());
                    DistributionDescriptor descriptor = new DistributionDescriptor(
                            body.text().mediaType(), body.digest().toString(), document.body().length);
                    return platforms(repository, body).map(platforms -> new Distribution(descriptor, platforms));
                }))
                .recover(failure -> Future.failedFuture(
                        failure instanceof Unanswered
                                ? new WharfException(ErrorKind.INTERNAL, String.valueOf(failure.getMessage()))
                                : failure));
    }

    private static Future<List<DistributionPlatform>> platforms(Repository repository, ManifestBody body) {
        if (body.isIndex()) {
            return Future.succeededFuture(body.platforms().stream()
                    .map(one -> new DistributionPlatform(one.architecture(), one.os(), "", one.variant()))
                    .toList());
        }
        return repository.document(body.config()).map(bytes -> {
            ImageConfig config = ImageConfig.parse(bytes);
            return List.of(new DistributionPlatform(config.architecture(), config.os(), "", config.variant()));
        });
    }
}
