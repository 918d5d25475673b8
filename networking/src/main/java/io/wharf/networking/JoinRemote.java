package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.KernelLedger;
import io.wharf.base.Undo;
import io.wharf.networking.remote.RemoteEndpoint;
import java.util.List;

/** Has plugins make what a container's endpoints in their networks need, before its links are put in place. */
final class JoinRemote {
    private final Networks networks;
    private final KernelLedger ledger;

    JoinRemote(Networks networks, KernelLedger ledger) {
        this.networks = networks;
        this.ledger = ledger;
    }

    /** The membership as the plugins have completed it, and as it is then recorded; itself where none is a plugin's. */
    Future<Membership> all(Membership membership, Undo undo) {
        List<Endpoint> waiting = membership.endpoints().stream()
                .filter(endpoint -> endpoint.isRemote() && endpoint.source().isEmpty())
                .toList();
        Future<Membership> joined = Future.succeededFuture(membership);
        for (Endpoint endpoint : waiting) {
            joined = joined.compose(before -> one(before, endpoint, undo));
        }
        return waiting.isEmpty()
                ? joined
                : joined.compose(after -> ledger.record(after.record()).map(after));
    }

    private Future<Membership> one(Membership membership, Endpoint endpoint, Undo undo) {
        undo.push(
                "endpoint " + endpoint.id() + " of " + endpoint.driver(),
                () -> networks.remote().end(endpoint.driver(), endpoint.networkId(), endpoint.id()));
        return networks.remote()
                .join(new RemoteEndpoint(
                        endpoint.driver(),
                        endpoint.networkId(),
                        endpoint.id(),
                        membership.netns(),
                        endpoint.address(),
                        endpoint.address6(),
                        endpoint.mac(),
                        endpoint.asked().driverOpts()))
                .map(answer -> membership.replacing(endpoint.joined(
                        answer.source(),
                        answer.mac().isEmpty() ? endpoint.mac() : answer.mac(),
                        answer.gateway(),
                        answer.gateway6())));
    }
}
