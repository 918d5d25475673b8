package io.wharf.images.transfer;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.wharf.base.Metrics;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.images.catalog.Images;
import io.wharf.images.layers.AddImage;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.UnpackLayer;
import io.wharf.images.progress.ProgressFeed;
import io.wharf.images.registry.Downloads;
import io.wharf.images.registry.Registries;
import io.wharf.images.spec.Reference;
import io.wharf.linux.Pools;
import java.util.HashMap;
import java.util.Map;

/** Lets everybody who wants the same image wait for one pull of it; it stops when the last of them has gone. */
final class SharedPulls {
    private static final Metrics.Family<Metrics.Counter> PULLS =
            Metrics.counters("wharf_image_pulls_total", "Pulls that ended, by what they came to.", "result");
    private static final Metrics.Family<Metrics.Durations> DURATIONS =
            Metrics.durations("wharf_image_pull_seconds", "Pulls that went well.");

    private final Registries registries;
    private final Images images;
    private final LayerStore layers;
    private final UnpackLayer unpack;
    private final Downloads downloads;
    private final Pools threads;
    private final AddImage add;
    private final java.util.function.Consumer<Runnable> onContext;
    private final Map<PullImage, ProgressFeed> running = new HashMap<>();

    /** {@code onContext} runs something on the verticle's context. */
    SharedPulls(
            Registries registries,
            Images images,
            LayerStore layers,
            UnpackLayer unpack,
            Downloads downloads,
            Pools threads,
            AddImage add,
            java.util.function.Consumer<Runnable> onContext) {
        this.registries = registries;
        this.images = images;
        this.layers = layers;
        this.unpack = unpack;
        this.downloads = downloads;
        this.threads = threads;
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
        ProgressFeed[] feeds = new ProgressFeed[1];
        ProgressFeed feed = new ProgressFeed(() -> onContext.accept(() -> {
            running.remove(request, feeds[0]);
            pull[0].cancel();
        }));
        feeds[0] = feed;
        pull[0] = new Pull(registries, images, layers, unpack, downloads, threads, add, feed);
        Flowable<Progress> joined = feed.join();
        running.put(request, feed);
        long begun = System.nanoTime();
        Future<Void> run;
        try {
            run = pull[0].run(request, target);
        } catch (RuntimeException e) {
            run = Future.failedFuture(e);
        }
        run.onComplete(done -> {
            running.remove(request, feed);
            PULLS.of(done.succeeded() ? "ok" : "failed").add(1);
            if (done.succeeded()) {
                DURATIONS.of().record(System.nanoTime() - begun);
                feed.end();
            } else {
                feed.fail(done.cause());
            }
        });
        return joined;
    }
}
