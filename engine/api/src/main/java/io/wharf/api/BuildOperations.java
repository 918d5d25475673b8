package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.BuildService;

/** What there is of builds: {@code docker system prune} empties their cache as its last step. */
final class BuildOperations {
    private final BuildService builds;

    BuildOperations(BuildService builds) {
        this.builds = builds;
    }

    void register(Handlers handlers) {
        handlers.on("BuildPrune", this::prune)
                .on("Session", BuildOperations::noBuilder)
                .on("Grpc", BuildOperations::noBuilder);
    }

    /** Both lead to a BuildKit; that there is none stands in the ping's {@code Builder-Version}, too. */
    private static Future<Reply> noBuilder(Call call) {
        if (call.header("Upgrade") == null) {
            throw WharfException.invalid("no upgrade proto in request");
        }
        return Future.failedFuture(
                WharfException.notImplemented("there is no BuildKit in this engine: sessions have nobody to talk to"));
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
