package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.contracts.BuildService;

/** What there is of builds: {@code docker system prune} empties their cache as its last step. */
final class BuildOperations {
    private final BuildService builds;

    BuildOperations(BuildService builds) {
        this.builds = builds;
    }

    void register(Handlers handlers) {
        handlers.on("BuildPrune", this::prune);
    }

    private Future<Reply> prune(Call call) {
        return builds.prune(call.filters(
                        "until",
                        "unused-for",
                        "id",
                        "parent",
                        "type",
                        "description",
                        "inuse",
                        "shared",
                        "private",
                        "all"))
                .map(pruned -> new Reply.Json(200, pruned));
    }
}
