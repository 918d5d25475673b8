package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.contracts.StatsService;
import io.wharf.contracts.StatsService.Sample;
import io.wharf.streams.HandleTable;

/** What containers use: one sample, or one each second. */
final class StatsOperations {
    private static final int ONE_SHOT_SINCE = 41;

    private final StatsService stats;
    private final HandleTable handles;

    StatsOperations(StatsService stats, HandleTable handles) {
        this.stats = stats;
        this.handles = handles;
    }

    void register(Handlers handlers) {
        handlers.on("ContainerStats", this::stats);
    }

    private Future<Reply> stats(Call call) {
        String ref = call.path("id");
        if (call.query().flag("stream", true)) {
            return stats.follow(ref).map(feed -> new Reply.Messages(handles.take(feed)));
        }
        boolean oneShot = call.version().atLeast(ONE_SHOT_SINCE) && call.query().flag("one-shot");
        Future<Sample> sample = oneShot ? stats.now(ref) : stats.measured(ref);
        return sample.map(taken -> new Reply.Text(200, Reply.JSON, taken.json()));
    }
}
