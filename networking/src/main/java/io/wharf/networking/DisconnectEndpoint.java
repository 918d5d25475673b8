package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.KernelLedger;
import io.wharf.base.Undo;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.linux.Pools;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes an endpoint away from a container that runs. That it departs is on record, in one commit with what is left, before
 * the first of it goes: what a crash leaves half way is taken away by the next start.
 */
final class DisconnectEndpoint {
    private final Networks networks;
    private final Departures departures;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;

    DisconnectEndpoint(Networks networks, Departures departures, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.networks = networks;
        this.departures = departures;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    /** What would be left; changes nothing. */
    Future<Sandbox> plan(JoinNetworks container, String ref) {
        return networks.lanes()
                .run(
                        container.containerId(),
                        () -> Future.succeededFuture(find(container, ref))
                                .map(found -> Views.sandbox(
                                        EndpointPorts.kept(found.before.without(found.endpoint)), networks)));
    }

    Future<Sandbox> run(JoinNetworks container, String ref) {
        return networks.lanes()
                .run(
                        container.containerId(),
                        () -> Future.succeededFuture(find(container, ref))
                                .compose(found -> takeAway(found.before, found.endpoint))
                                .map(after -> Views.sandbox(after, networks)));
    }

    /** The endpoint that is meant, and all that its container has. */
    private record Found(Membership before, Endpoint endpoint) {}

    private Found find(JoinNetworks container, String ref) {
        Network network = networks.get(ref);
        if (network.driver().kind() == Driver.Kind.HOST && container.mode().equals(Network.HOST)) {
            throw WharfException.invalid(
                    "cannot disconnect container from host network - container was created" + " in host network mode");
        }
        Membership before = networks.member(container.containerId())
                .orElseThrow(() -> notConnected(container.containerId(), network));
        return new Found(
                before, before.in(network.id()).orElseThrow(() -> notConnected(container.containerId(), network)));
    }

    private static WharfException notConnected(String containerId, Network network) {
        return WharfException.internal("container " + containerId + " is not connected to network " + network.name());
    }

    /** Of a container that nobody keeps any more, by its id or name. */
    Future<Void> ofGone(String ref, String container) {
        Network network = networks.get(ref);
        Membership member = networks.members().stream()
                .filter(one -> one.name().equals(container) || one.containerId().startsWith(container))
                .filter(one -> one.in(network.id()).isPresent())
                .findFirst()
                .orElseThrow(() -> WharfException.notFound("endpoint " + container + " not found"));
        return networks.lanes()
                .run(
                        member.containerId(),
                        () -> networks.member(member.containerId())
                                .flatMap(now -> now.in(network.id())
                                        .map(endpoint -> takeAway(now, endpoint).<Void>mapEmpty()))
                                .orElseGet(Future::succeededFuture));
    }

    /** Inside the container's lane; what is left. */
    Future<Membership> takeAway(Membership before, Endpoint endpoint) {
        Membership after = EndpointPorts.kept(before.without(endpoint));
        Future<Void> done = endpoint.isWired() ? unwire(before, endpoint, after) : ledger.record(after.record());
        return done.map(gone -> {
            networks.put(after);
            if (after.ports().isEmpty()) {
                networks.ports().release(before.ports());
            } else {
                networks.ports().redirect(after.ports(), networks.reach(after));
            }
            return after;
        });
    }

    private Future<Void> unwire(Membership before, Endpoint endpoint, Membership after) {
        Membership departing = before.departing(endpoint);
        PortMove ports = networks.move(before, after);
        AtomicBoolean moved = new AtomicBoolean();
        Undo undo = new Undo();
        undo.push(
                "endpoint " + endpoint.id(),
                () -> pools.run(() -> {
                            if (moved.get()) {
                                ports.back(kernel);
                            }
                            kernel.wiring().reroute(after, before);
                        })
                        .compose(back -> ledger.record(before.record()))
                        .compose(recorded -> ledger.strike(departing.kind(), departing.key())));
        return undo.guard(ledger.record(List.of(after.record(), departing.record()))
                        .compose(recorded -> pools.run(() -> {
                            FailurePoint.reach("disconnect");
                            ports.in(kernel);
                            moved.set(true);
                            kernel.wiring().reroute(before, after);
                        })))
                .recover(failure -> Future.failedFuture(JoinSandbox.refused(failure)))
                .compose(led -> departures.delete(departing))
                .onSuccess(gone -> FailurePoint.died("disconnected"));
    }
}
