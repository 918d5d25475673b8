package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;

/** Ways into a swarm and out of it: there is none here. What needs one is refused by {@link Refusals#noSwarm}. */
final class ClusterOperations {
    private static final String NO_WAY_IN =
            "this engine does not form swarms: Kubernetes is its way to more than one machine";

    void register(Handlers handlers) {
        handlers.on("SwarmInit", call -> Future.failedFuture(WharfException.notImplemented(NO_WAY_IN)))
                .on("SwarmJoin", call -> Future.failedFuture(WharfException.notImplemented(NO_WAY_IN)))
                .on(
                        "SwarmLeave",
                        call -> Future.failedFuture(
                                new WharfException(ErrorKind.UNAVAILABLE, "This node is not part of a swarm")));
    }
}
