package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.contracts.FirewallOptions;
import io.wharf.linux.Link;
import io.wharf.linux.Pools;
import io.wharf.networking.address.Family;
import io.wharf.networking.firewall.Forwarding;
import io.wharf.networking.firewall.Unrouted;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the host pass packets on where it did not, each family by itself. What the links that it had until then would now
 * exchange, and never did before, is dropped: first that is written down, then dropped, and only then is the switch
 * turned, so that nothing gets through in between. The record ends with the boot, as the switch does.
 */
final class PassOn {
    /** In the ledger: a family that this engine turned on, and what the host had until then. */
    static final String KIND = "forwarding";

    private static final Logger LOG = LoggerFactory.getLogger(PassOn.class);

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

    /**
     * What the host had when a family was turned on.
     *
     * @param links between which nothing was passed on
     * @param heeding those of them that took IPv6 routes from routers
     */
    record Before(Family family, Set<String> links, Set<String> heeding) {
        private static Before of(KernelObject object) {
            return Json.read(object.detail(), Before.class);
        }

        private KernelObject record() {
            return new KernelObject(KIND, family.name(), "", Json.write(this));
        }

        /** Of two switches between two boots, both count. */
        private Before and(Before other) {
            Set<String> all = new TreeSet<>(links);
            all.addAll(other.links);
            Set<String> heard = new TreeSet<>(heeding);
            heard.addAll(other.heeding);
            return new Before(family, all, heard);
        }
    }

    /** What earlier lives of this engine found, and what is to be dropped for it. */
    Future<Unrouted> known() {
        return befores().map(this::unrouted);
    }

    private Future<List<Before>> befores() {
        return ledger.ofKind(KIND)
                .map(objects -> objects.stream().map(Before::of).toList());
    }

    private Unrouted unrouted(List<Before> befores) {
        Unrouted unrouted = Unrouted.NONE;
        if (options.keepApart()) {
            for (Before before : befores) {
                unrouted = unrouted.with(before.family, before.links);
            }
        }
        return unrouted;
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
        return ledger.ofKind(StartNetworks.KIND_LINK).compose(made -> {
            // Some may not be of networks yet.
            Set<String> ours = new HashSet<>(networks.links());
            made.forEach(link -> ours.add(link.key()));
            ours.add(own);
            return pools.call(() -> look(ipv6, ours)).compose(this::turnOn);
        });
    }

    private List<Before> look(boolean ipv6, Set<String> ours) {
        List<Before> news = new ArrayList<>(2);
        for (Family family : Family.values()) {
            if ((family == Family.V4 || ipv6) && Forwarding.isOff(family)) {
                Set<String> links = others(ours);
                Set<String> heeding = family == Family.V6
                        ? links.stream().filter(Forwarding::heedsRouters).collect(Collectors.toSet())
                        : Set.of();
                news.add(new Before(family, links, heeding));
            }
        }
        return news;
    }

    /** Links of the host that have packets of their own: ports of bridges have none. */
    private Set<String> others(Set<String> ours) {
        return kernel.netlink().links().stream()
                .filter(link -> link.master() == 0)
                .map(Link::name)
                .filter(name -> !name.equals("lo") && !ours.contains(name))
                .collect(Collectors.toSet());
    }

    private Future<Void> turnOn(List<Before> news) {
        if (news.isEmpty()) {
            return Future.succeededFuture();
        }
        return befores().compose(known -> {
            List<KernelObject> merged = news.stream()
                    .map(before -> known.stream()
                            .filter(other -> other.family == before.family)
                            .findFirst()
                            .map(before::and)
                            .orElse(before)
                            .record())
                    .toList();
            return ledger.record(merged)
                    .compose(recorded -> apart())
                    .compose(dropped -> pools.call(() -> news.stream()
                            .filter(before -> !Forwarding.turnOn(before.family, before.heeding))
                            .map(before -> before.family)
                            .toList()))
                    .compose(this::forget);
        });
    }

    /** Nobody is to be in the way of an administrator who turns it on later. */
    private Future<Void> forget(List<Family> refused) {
        return refused.isEmpty()
                ? Future.succeededFuture()
                : ledger.strike(KIND, refused.stream().map(Family::name).toList())
                        .compose(struck -> apart());
    }

    private Future<Void> apart() {
        return known().compose(unrouted -> pools.run(() -> kernel.firewall().keepApart(unrouted)));
    }

    /**
     * The host as it was, where that is nobody else's affair: links that came after the switch was turned may be of another
     * engine or a VPN, and count on it. Then it stays, and so does what protects the other links.
     */
    Future<Void> end() {
        return befores()
                .compose(befores -> befores.isEmpty() || !options.keepApart()
                        ? Future.succeededFuture()
                        : ledger.ofKind(StartNetworks.KIND_LINK).compose(made -> {
                            Set<String> ours = new HashSet<>(networks.links());
                            made.forEach(link -> ours.add(link.key()));
                            return pools.call(() -> {
                                        Set<String> now = others(ours);
                                        List<Before> back = befores.stream()
                                                .filter(before -> before.links.containsAll(now))
                                                .toList();
                                        back.forEach(before -> Forwarding.turnOff(before.family, before.heeding));
                                        return back;
                                    })
                                    .compose(back -> {
                                        if (back.size() < befores.size()) {
                                            LOG.info(
                                                    "Other links came meanwhile: the host goes on passing packets on, and"
                                                            + " those between its earlier links stay dropped");
                                        }
                                        return forget(back.stream()
                                                .map(before -> before.family)
                                                .toList());
                                    });
                        }));
    }
}
