package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.FailurePoint;
import io.wharf.base.KernelLedger;
import io.wharf.base.Undo;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.linux.Pools;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives a container that runs one more endpoint. The container itself notices a new link, and other routes where the new
 * network is to be its gateway; its published ports then lead there.
 */
final class ConnectEndpoint {
    private final Networks networks;
    private final Departures departures;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;

    ConnectEndpoint(Networks networks, Departures departures, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.networks = networks;
        this.departures = departures;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    /** Checks what can be checked of a container that does not run; the name of the network. */
    String check(JoinNetworks container, String ref, EndpointConfig asked) {
        Attachments attachments = new Attachments(networks);
        return attachments
                .further(container, ref, asked, attachments.asked(container))
                .network()
                .name();
    }

    Future<Sandbox> run(JoinNetworks container, String ref, EndpointConfig asked) {
        return networks.lanes().run(container.containerId(), () -> {
            Membership before = networks.member(container.containerId())
                    .orElseThrow(
                            () -> WharfException.conflict("container " + container.containerId() + " has no network"));
            List<Network> others = before.endpoints().stream()
                    .flatMap(endpoint -> networks.find(endpoint.networkId()).stream())
                    .toList();
            Attachments.InNetwork place = new Attachments(networks).further(container, ref, asked, others);
            if (before.in(place.network().id()).isPresent()) {
                throw new WharfException(
                        ErrorKind.FORBIDDEN,
                        "endpoint with name " + container.name() + " already exists in network "
                                + place.network().name());
            }
            Undo undo = new Undo();
            return undo.guard(departures
                            .hasten(FixedAddresses.of(List.of(place)))
                            .compose(free -> make(container, before, place, undo)))
                    .map(after -> Views.sandbox(after, networks));
        });
    }

    private Future<Membership> make(JoinNetworks container, Membership before, Attachments.InNetwork place, Undo undo) {
        Endpoint endpoint = new PlanEndpoint(networks, container.containerId()).plan(place, before.endpoints(), undo);
        Membership after = new EndpointPorts(networks).taken(before.with(endpoint), container, undo);
        networks.expect(after, undo);
        PortMove ports = networks.move(before, after);
        AtomicBoolean moved = new AtomicBoolean();
        undo.push(
                "endpoint " + endpoint.id(),
                () -> unmake(endpoint, before, after)
                        .compose(unmade ->
                                moved.get() ? pools.run(() -> ports.back(kernel)) : Future.succeededFuture()));
        return ledger.record(after.record())
                .compose(recorded -> new JoinRemote(networks, ledger).all(after, undo))
                .compose(whole -> wire(endpoint.id(), before, whole, ports, moved)
                        .compose(wired -> networks.naming().serve(whole, container))
                        .map(wired -> whole))
                .recover(failure -> Future.failedFuture(JoinSandbox.refused(failure)))
                .onSuccess(connected -> {
                    networks.put(connected);
                    networks.ports().redirect(before.ports(), networks.reach(connected));
                });
    }

    private Future<Void> wire(String id, Membership before, Membership after, PortMove ports, AtomicBoolean moved) {
        Endpoint endpoint = after.endpoints().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow();
        List<Endpoint> formers = networks.departing().before(after);
        return pools.run(() -> {
            FailurePoint.reach("connect");
            kernel.wiring().clear(formers);
            if (endpoint.isWired()) {
                kernel.wiring().attach(before.netns(), Wire.of(endpoint, after, networks), before, after);
                ports.in(kernel);
                moved.set(true);
            }
            FailurePoint.reach("connected");
        });
    }

    private Future<Void> unmake(Endpoint endpoint, Membership former, Membership wanted) {
        return pools.runUrgently(() -> {
                    kernel.wiring().deleteLinks(former.netns(), List.of(endpoint));
                    kernel.wiring().reroute(wanted, former);
                })
                .compose(gone -> ledger.record(former.record()));
    }
}
