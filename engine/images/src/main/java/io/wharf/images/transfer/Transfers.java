package io.wharf.images.transfer;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Lanes;
import io.wharf.base.Layout;
import io.wharf.base.Slots;
import io.wharf.base.Store;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.contracts.ImageService.PushImage;
import io.wharf.contracts.RegistryOptions;
import io.wharf.images.catalog.Images;
import io.wharf.images.layers.AddImage;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.UnpackLayer;
import io.wharf.images.progress.ProgressFeed;
import io.wharf.images.registry.Downloads;
import io.wharf.images.registry.Registries;
import io.wharf.images.spec.Reference;
import io.wharf.linux.Pools;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The ways of images from and to registries. Confined to the verticle's context. */
public final class Transfers {
    private final Layout layout;
    private final Vertx vertx;
    private final Store store;
    private final Images images;
    private final LayerStore layers;
    private final UnpackLayer unpack;
    private final AddImage add;
    private final Lanes lanes;
    private final Pools bulk;
    private final Consumer<Runnable> onContext;
    private final Registries registries;
    private RegistryOptions options;
    private Slots uploads;
    private @Nullable Downloads downloads;
    private @Nullable SharedPulls pulls;

    /**
     * Opens no connection yet.
     *
     * @param bulk threads for the bytes of layers
     * @param onContext runs something on the verticle's context
     */
    public Transfers(
            Vertx vertx,
            Layout layout,
            Store store,
            Images images,
            LayerStore layers,
            UnpackLayer unpack,
            AddImage add,
            Lanes lanes,
            Pools pools,
            Pools bulk,
            RegistryOptions options,
            Consumer<Runnable> onContext) {
        this.vertx = vertx;
        this.layout = layout;
        this.store = store;
        this.images = images;
        this.layers = layers;
        this.unpack = unpack;
        this.add = add;
        this.lanes = lanes;
        this.bulk = bulk;
        this.onContext = onContext;
        this.options = options;
        registries = new Registries(vertx, pools, options);
        uploads = new Slots(options.uploads());
    }

    public Registries registries() {
        return registries;
    }

    /** Counts from the next request on. */
    public void reach(RegistryOptions others) {
        if (others.uploads() != options.uploads()) {
            uploads = new Slots(others.uploads());
        }
        options = others;
        registries.reach(others);
    }

    /** The pull goes on as long as somebody listens to one like it. */
    public Flowable<Progress> pull(PullImage request) {
        return pulls().join(request);
    }

    /** Refuses at once what is not here; goes on as long as somebody listens. */
    public Flowable<Progress> push(PushImage request) {
        List<Reference> tags = Push.targets(images, request);
        Push[] push = new Push[1];
        ProgressFeed feed = new ProgressFeed(() -> push[0].cancel());
        push[0] = new Push(registries, store, images, layers, lanes, bulk, uploads, feed);
        Flowable<Progress> progress = feed.join();
        push[0].run(request, tags).onComplete(done -> feed.end(), feed::fail);
        return progress;
    }

    /** Removes beginnings of downloads that nobody goes on with. */
    public Future<Void> sweep() {
        return downloads().sweep();
    }

    private Downloads downloads() {
        if (downloads == null) {
            downloads = new Downloads(vertx, layout, bulk, registries);
        }
        return downloads;
    }

    private SharedPulls pulls() {
        if (pulls == null) {
            pulls = new SharedPulls(
                    feed -> new Pull(registries, images, layers, unpack, downloads(), bulk, add, feed), onContext);
        }
        return pulls;
    }
}
