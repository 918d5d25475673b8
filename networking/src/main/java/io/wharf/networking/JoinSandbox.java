package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.KernelLedger;
import io.wharf.base.Layout;
import io.wharf.base.Undo;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Pools;
import io.wharf.networking.firewall.PortRule;
import java.util.List;

/**
 * Gives a container its networks: addresses and ports are chosen, the whole is written down, then made, in one go on one
 * pool thread. What fails is undone and leaves nothing.
 */
final class JoinSandbox {
    private final Networks networks;
    private final Departures departures;
    private final Layout layout;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;

    JoinSandbox(
            Networks networks, Departures departures, Layout layout, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.networks = networks;
        this.departures = departures;
        this.layout = layout;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    Future<Sandbox> run(JoinNetworks request) {
        return networks.lanes()
                .run(
                        request.containerId(),
                        () -> networks.member(request.containerId())
                                .map(Future::succeededFuture)
                                .orElseGet(() -> make(request))
                                .map(membership -> Views.sandbox(membership, networks)));
    }

    private Future<Membership> make(JoinNetworks request) {
        Undo undo = new Undo();
        return undo.guard(Future.succeededFuture(request)
                .map(asked -> new Attachments(networks).place(asked))
                .compose(place -> departures.hasten(fixed(place)).map(place))
                .map(place -> plan(request, place, undo))
                .compose(membership -> {
                    networks.expect(membership, undo);
                    undo.push("network of " + request.name(), () -> unmake(membership));
                    return ledger.record(membership.record())
                            .compose(recorded -> new JoinRemote(networks, ledger).all(membership, undo))
                            .compose(whole -> wire(whole)
                                    .compose(wired -> networks.naming().serve(whole, request))
                                    .map(wired -> whole))
                            .recover(failure -> Future.failedFuture(refused(failure)));
                })
                .onSuccess(networks::put));
    }

    private static FixedAddresses fixed(Attachments.Place place) {
        return switch (place) {
            case Attachments.Place.OfContainer other -> FixedAddresses.of(List.of());
            case Attachments.Place.InNetworks places -> FixedAddresses.of(places.all());
        };
    }

    private Membership plan(JoinNetworks request, Attachments.Place place, Undo undo) {
        return switch (place) {
            case Attachments.Place.OfContainer other -> shared(request, new Attachments(networks).sharing(other.ref()));
            case Attachments.Place.InNetworks places -> inNetworks(request, places.all(), undo);
        };
    }

    private static Membership shared(JoinNetworks request, Membership owner) {
        return member(request, "", owner.sharedWith().isEmpty() ? owner.containerId() : owner.sharedWith());
    }

    private Membership inNetworks(JoinNetworks request, List<Attachments.InNetwork> places, Undo undo) {
        boolean ofHost =
                places.stream().anyMatch(place -> place.network().driver().kind() == Driver.Kind.HOST);
        String netns = ofHost ? "" : layout.netns(request.containerId()).toString();
        Membership membership = member(request, netns, "");
        PlanEndpoint endpoints = new PlanEndpoint(networks, request.containerId());
        for (Attachments.InNetwork place : places) {
            membership = membership.with(endpoints.plan(place, membership.endpoints(), undo));
        }
        return new EndpointPorts(networks).taken(membership, request, undo);
    }

    private static Membership member(JoinNetworks request, String netns, String sharedWith) {
        return new Membership(
                request.containerId(),
                request.name(),
                request.hostname(),
                Ids.random(),
                netns,
                sharedWith,
                List.of(),
                List.of(),
                List.of());
    }

    /** Takes away what was made of it; the record goes last, and stays where something else does. */
    private Future<Void> unmake(Membership membership) {
        return networks.naming()
                .end(membership.containerId())
                .compose(ended -> pools.runUrgently(() -> {
                    kernel.firewall().withdraw(networks.rules(membership));
                    kernel.wiring().remove(membership);
                }))
                .compose(gone -> ledger.strike(Membership.KIND, membership.key()));
    }

    private Future<Void> wire(Membership membership) {
        if (!membership.ownsNamespace()) {
            return Future.succeededFuture();
        }
        List<PortRule> rules = networks.rules(membership);
        List<Wire> wires = Wire.all(membership, networks);
        List<Endpoint> formers = networks.departing().before(membership);
        return pools.run(() -> {
            kernel.wiring().clear(formers);
            kernel.wiring().connect(membership.netns(), wires);
            kernel.firewall().publish(rules);
        });
    }

    static Throwable refused(Throwable failure) {
        return failure instanceof LinuxException refused
                ? WharfException.internal("failed to set up container networking: " + refused.getMessage(), refused)
                : failure;
    }
}
