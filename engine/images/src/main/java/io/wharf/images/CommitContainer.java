package io.wharf.images;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Slots;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ImageService.CommitImage;
import io.wharf.images.catalog.ContainerLayer;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageEvents;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.drivers.LayerChain;
import io.wharf.images.drivers.StorageDrivers;
import io.wharf.images.layers.AddImage;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.UnpackLayer;
import io.wharf.images.spec.ConfigChanges;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.NewConfig;
import io.wharf.images.spec.Platform;
import io.wharf.images.spec.Reference;
import io.wharf.linux.Pools;
import io.wharf.tar.BytePipe;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes an image of a container's writable layer: its tar runs through the same unpacking as any other layer, so the new
 * layer is a copy that the container cannot change any more.
 */
final class CommitContainer {
    /** What a tar without entries hashes to: such a layer is left out. */
    private static final Digest EMPTY = new Digest("5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");

    private final Images images;
    private final LayerStore layers;
    private final StorageDrivers drivers;
    private final UnpackLayer unpack;
    private final AddImage add;
    private final Pools bulk;
    private final Slots writers;
    private final String version;

    CommitContainer(
            Images images,
            LayerStore layers,
            StorageDrivers drivers,
            UnpackLayer unpack,
            AddImage add,
            Pools bulk,
            Slots writers,
            String version) {
        this.images = images;
        this.layers = layers;
        this.drivers = drivers;
        this.unpack = unpack;
        this.add = add;
        this.bulk = bulk;
        this.writers = writers;
        this.version = version;
    }

    Future<Digest> run(CommitImage request) {
        String repository = request.repository();
        Reference name =
                repository == null || repository.isEmpty() ? null : Reference.target(repository, request.tag());
        ContainerConfig config = ConfigChanges.apply(request.config(), request.changes());
        Image parent = images.image(request.parent())
                .orElseThrow(() -> WharfException.notFound("No such image: " + request.parent()));
        ContainerLayer layer = images.container(request.containerId())
                .orElseThrow(() -> WharfException.notFound("No such container: " + request.containerId()));
        return layers.holding(hold -> {
                    hold.all(parent);
                    LayerChain below = layers.chain(images.downFrom(layer.top()));
                    return writers.run(() -> unpack.run(() -> tar(layer.container(), below), false))
                            .compose(unpacked -> unpacked.diffId().equals(EMPTY)
                                    ? UnpackLayer.discard(bulk, unpacked).<@Nullable Digest>map((Digest) null)
                                    : hold.adopt(parent.top(), unpacked).<@Nullable Digest>map(Layer::diff))
                            .compose(diff -> add(hold, request, parent, config, name, diff));
                })
                .map(Image::id);
    }

    private InputStream tar(String container, LayerChain below) {
        BytePipe pipe = new BytePipe();
        bulk.run(() -> {
                    drivers.current().writeChanges(container, below, pipe.sink);
                    pipe.sink.close();
                })
                .onFailure(pipe::fail);
        return pipe.source;
    }

    private Future<Image> add(
            LayerStore.Hold hold,
            CommitImage request,
            Image parent,
            ContainerConfig config,
            @Nullable Reference name,
            @Nullable Digest diff) {
        List<String> command = request.own().cmd();
        ImageConfig below = parent.config();
        byte[] written = NewConfig.write(
                below,
                config,
                new NewConfig.Step(
                        command == null ? "" : String.join(" ", command),
                        text(request.author()),
                        text(request.comment()),
                        diff),
                new Platform(below.os(), below.architecture(), below.variant()),
                version,
                new NewConfig.Origin(request.containerId(), request.own()));
        return add.run(
                hold,
                AddImage.Draft.of(written, parent.id(), name == null ? List.of() : List.of(name)),
                (tx, image) -> {
                    if (name != null) {
                        ImageEvents.tagged(tx, image, name);
                    }
                });
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
