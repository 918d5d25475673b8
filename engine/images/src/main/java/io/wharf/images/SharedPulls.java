package io.wharf.images;

import io.reactivex.rxjava3.core.Flowable;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PullImage;
import java.util.HashMap;
import java.util.Map;

/** Lets everybody who wants the same image wait for one pull of it; it stops when the last of them has gone. */
final class SharedPulls {
    private final Registries registries;
    private final Images images;
    private final LayerStore layers;
    private final UnpackLayer unpack;
    private final AddImage add;
    private final java.util.function.Consumer<Runnable> onContext;
    private final Map<PullImage, ProgressFeed> running = new HashMap<>();

    /** {@code onContext} runs something on the verticle's context. */
    SharedPulls(
            Registries registries,
            Images images,
            LayerStore layers,
            UnpackLayer unpack,
            AddImage add,
            java.util.function.Consumer<Runnable> onContext) {
        this.registries = registries;
        this.images = images;
        this.layers = layers;
        this.unpack = unpack;
        this.add = add;
        this.onContext = onContext;
    }

    /** Equal requests, credentials included, are one. */
    Flowable<Progress> join(PullImage request) {
        Reference target = Pull.target(request);
        ProgressFeed known = running.get(request);
        if (known != null) {
            return known.join();
        }
        Pull[] pull = new Pull[1];
        ProgressFeed feed = new ProgressFeed(() -> onContext.accept(() -> {
            running.remove(request);
            pull[0].cancel();
        }));
        pull[0] = new Pull(registries, images, layers, unpack, add, feed);
        Flowable<Progress> joined = feed.join();
        running.put(request, feed);
        pull[0].run(request, target).onComplete(done -> {
            running.remove(request, feed);
            if (done.succeeded()) {
                feed.end();
            } else {
                feed.fail(done.cause());
            }
        });
        return joined;
    }
}
