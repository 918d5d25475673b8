package io.wharf.images.transfer;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.wharf.base.Metrics;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.images.progress.ProgressFeed;
import io.wharf.images.spec.Reference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Lets everybody who wants the same image wait for one pull of it; it stops when the last of them has gone. */
final class SharedPulls {
    private static final Metrics.Family<Metrics.Counter> PULLS =
            Metrics.counters("wharf_image_pulls_total", "Pulls that ended, by what they came to.", "result");
    private static final Metrics.Family<Metrics.Durations> DURATIONS =
            Metrics.durations("wharf_image_pull_seconds", "Pulls that went well.");

    private final Function<ProgressFeed, Pull> pulls;
    private final Consumer<Runnable> onContext;
    private final Map<PullImage, ProgressFeed> running = new HashMap<>();

    /**
     * None yet.
     *
     * @param pulls makes one that tells its progress there
     * @param onContext runs something on the verticle's context
     */
    SharedPulls(Function<ProgressFeed, Pull> pulls, Consumer<Runnable> onContext) {
        this.pulls = pulls;
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
        pull[0] = pulls.apply(feed);
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
