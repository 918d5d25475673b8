package io.wharf.images.archives;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ImageService.ImportImage;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageEvents;
import io.wharf.images.layers.AddImage;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.TornArchive;
import io.wharf.images.layers.UnpackLayer;
import io.wharf.images.progress.ProgressFeed;
import io.wharf.images.spec.ConfigChanges;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.NewConfig;
import io.wharf.images.spec.Platform;
import io.wharf.images.spec.Reference;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes an image of one layer out of a tar of a root. */
public final class ImportRoot {
    private final LayerStore layers;
    private final UnpackLayer unpack;
    private final AddImage add;
    private final String version;

    public ImportRoot(LayerStore layers, UnpackLayer unpack, AddImage add, String version) {
        this.layers = layers;
        this.unpack = unpack;
        this.add = add;
        this.version = version;
    }

    /** What was checked before the first byte is read. */
    public record Checked(@Nullable Reference name, ContainerConfig config, Platform platform, String message) {}

    /** As below, for a root that is open already and closed where the request is refused. */
    public static Checked check(ImportImage request, Runnable close) {
        try {
            return check(request);
        } catch (WharfException e) {
            close.run();
            throw e;
        }
    }

    public static Checked check(ImportImage request) {
        String repository = request.repository();
        Reference name =
                repository == null || repository.isEmpty() ? null : Reference.target(repository, request.tag());
        String message = request.message();
        Platform platform = Platform.parse(request.platform());
        if (!platform.os().equals(Platform.HOST.os())) {
            throw WharfException.invalid("operating system is not supported");
        }
        return new Checked(
                name,
                ConfigChanges.apply(ImageConfig.NO_CONFIG, request.changes()),
                platform,
                message == null || message.isEmpty()
                        ? "Imported from " + (request.source() == null ? "-" : request.source())
                        : message);
    }

    public Future<Image> run(Checked request, InputStream root, ProgressFeed feed) {
        return layers.holding(hold -> unpack.run(() -> root, false)
                .compose(unpacked -> hold.adopt(null, unpacked))
                .compose(layer -> {
                    var step = new NewConfig.Step("", "", request.message(), layer.diff());
                    byte[] config = NewConfig.write(null, request.config(), step, request.platform(), version, null);
                    Reference name = request.name();
                    return add.run(
                            hold,
                            AddImage.Draft.of(config, null, name == null ? List.of() : List.of(name)),
                            (tx, image) -> {
                                if (name != null) {
                                    ImageEvents.tagged(tx, image, name);
                                }
                                ImageEvents.of(tx, image, "import");
                            });
                })
                .recover(TornArchive::told)
                .onSuccess(image -> feed.say(Progress.status(image.id().toString()))));
    }
}
