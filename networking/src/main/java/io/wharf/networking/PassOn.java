package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.contracts.FirewallOptions;
import io.wharf.linux.Link;
import io.wharf.linux.Pools;
import io.wharf.networking.firewall.Forwarding;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes the host pass packets on where it did not. What the links that it had until then would now exchange, and never did
 * before, is dropped; the engine's record of that ends with the boot, as the switch does.
 */
final class PassOn {
    /** In the ledger: links between which nothing was passed on before this engine made the host a router. */
    static final String KIND = "unrouted";

    private final FirewallOptions options;
    private final Networks networks;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;

    PassOn(FirewallOptions options, Networks networks, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.options = options;
        this.networks = networks;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    /** What an earlier life of this engine found is dropped again; then as {@link #begin}. */
    Future<Void> resume(boolean ipv6) {
        return ledger.ofKind(KIND)
                .compose(known -> apart(known.stream().map(KernelObject::key).toList()))
                .compose(done -> begin(ipv6, ""));
    }

    /**
     * Passes on from now on: IPv4, and IPv6 where a network has it.
     *
     * @param own a bridge of the engine's that is not yet among its networks; empty for none
     */
    Future<Void> begin(boolean ipv6, String own) {
        if (!options.ipForward()) {
            return Future.succeededFuture();
        }
        return pools.call(() -> {
                    if (Forwarding.isOn() && (!ipv6 || Forwarding.isOnForIpv6())) {
                        return List.<String>of();
                    }
                    List<String> before = kernel.netlink().links().stream()
                            // Ports of bridges have no packets of their own.
                            .filter(link -> link.master() == 0)
                            .map(Link::name)
                            .filter(name -> !name.equals("lo") && !name.equals(own))
                            .toList();
                    return Forwarding.turnOn(ipv6, before) ? before : List.<String>of();
                })
                .compose(before -> before.isEmpty() || !options.keepApart()
                        ? Future.succeededFuture()
                        : ledger.ofKind(StartNetworks.KIND_LINK).compose(made -> {
                            // Some may not be of networks yet.
                            Set<String> ours = new HashSet<>(networks.links());
                            made.forEach(bridge -> ours.add(bridge.key()));
                            List<String> others = before.stream()
                                    .filter(link -> !ours.contains(link))
                                    .toList();
                            return others.isEmpty() ? Future.succeededFuture() : keepApart(others);
                        }));
    }

    private Future<Void> keepApart(List<String> links) {
        return ledger.record(links.stream()
                        .map(link -> new KernelObject(KIND, link, "", ""))
                        .toList())
                .compose(recorded -> ledger.ofKind(KIND))
                .compose(all -> apart(all.stream().map(KernelObject::key).toList()));
    }

    private Future<Void> apart(List<String> links) {
        Set<String> wanted = options.keepApart() ? new LinkedHashSet<>(links) : Set.of();
        return wanted.isEmpty()
                ? Future.succeededFuture()
                : pools.run(() -> kernel.firewall().keepApart(wanted));
    }
}
