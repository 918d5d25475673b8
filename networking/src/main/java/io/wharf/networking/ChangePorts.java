package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.KernelLedger;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.linux.Pools;
import io.wharf.networking.ports.PublishedPort;
import io.wharf.networking.ports.WantedPort;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishes other ports of a container that is there. Those that it wants and has stay as they are, sockets and rules; the
 * rest comes and goes in one transaction.
 */
final class ChangePorts {
    private final Networks networks;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;

    ChangePorts(Networks networks, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.networks = networks;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    Future<Sandbox> run(JoinNetworks request) {
        return networks.lanes().run(request.containerId(), () -> {
            Membership before = networks.member(request.containerId())
                    .orElseThrow(
                            () -> WharfException.conflict("container " + request.containerId() + " has no network"));
            if (!before.publishes()) {
                if (!request.portBindings().isEmpty()) {
                    throw WharfException.invalid("cannot publish ports of container " + request.containerId()
                            + ": it is in no network that leads from ports of the host to it");
                }
                return Future.succeededFuture(Views.sandbox(before, networks));
            }
            return change(before, request).map(after -> Views.sandbox(after, networks));
        });
    }

    private Future<Membership> change(Membership before, JoinNetworks request) {
        EndpointPorts endpoint = new EndpointPorts(networks);
        List<PublishedPort> gone = new ArrayList<>(before.ports());
        List<PublishedPort> ports = new ArrayList<>();
        List<WantedPort> missing = new ArrayList<>();
        for (WantedPort wanted : endpoint.wanted(before, request)) {
            List<PublishedPort> has = wanted.among(gone);
            if (has.isEmpty()) {
                missing.add(wanted);
            }
            ports.addAll(has);
            gone.removeAll(has);
        }
        List<PublishedPort> come = take(endpoint, before, missing, gone);
        List<PublishedPort> free =
                gone.stream().filter(port -> !port.isAmong(come)).toList();
        ports.addAll(come);
        Membership after = before.publishing(ports, Attachments.shownPorts(request));
        PortMove move = networks.move(before, after);
        return ledger.record(after.record())
                .compose(recorded -> pools.run(() -> {
                    kernel.wiring().answerOwn(after);
                    move.in(kernel);
                    FailurePoint.died("ports moved");
                }))
                .map(after)
                .onSuccess(changed -> {
                    networks.put(changed);
                    // Not before the rules are gone: whoever takes the port next has rules for it.
                    networks.ports().release(free);
                })
                .recover(failure -> {
                    networks.ports().release(come);
                    networks.ports().takeAgain(gone, networks.reach(before));
                    return ledger.record(before.record())
                            .transform(undone -> Future.failedFuture(JoinSandbox.refused(failure)));
                });
    }

    /** A port of the host may lead elsewhere in the container now: it is let go just to be taken. */
    private List<PublishedPort> take(
            EndpointPorts endpoint, Membership before, List<WantedPort> missing, List<PublishedPort> gone) {
        List<PublishedPort> inTheWay = gone.stream()
                .filter(port -> missing.stream().anyMatch(wanted -> wanted.mayTake(port)))
                .toList();
        networks.ports().release(inTheWay);
        try {
            List<PublishedPort> come = endpoint.take(before, missing);
            networks.ports()
                    .takeAgain(
                            inTheWay.stream()
                                    .filter(port -> !port.isAmong(come))
                                    .toList(),
                            networks.reach(before));
            return come;
        } catch (WharfException e) {
            networks.ports().takeAgain(inTheWay, networks.reach(before));
            throw e;
        }
    }
}
