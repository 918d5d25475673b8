package io.wharf.networking;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Json;
import io.wharf.base.KernelLedger;
import io.wharf.base.WharfException;
import io.wharf.linux.Link;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Pools;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers that have left, until the kernel has taken their links away.
 *
 * <p>A dying namespace takes its links along, many at a time, some milliseconds later; to delete each costs 20 to 40 ms of
 * the kernel's one lock for all links. So leaving does not wait: address and record stay until the link is seen gone. One
 * that stays, because another process holds the namespace, is deleted. Confined to the verticle's context.
 */
final class Departures {
    private static final Logger LOG = LoggerFactory.getLogger(Departures.class);
    private static final long LOOK_MILLIS = 100;
    private static final int PATIENCE = 5;
    /** Pauses double with each failure, up to 51 seconds. */
    private static final int LONGEST_SHIFT = 9;

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final Networks networks;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;
    /** How often each was found still there. */
    private final Map<Membership, Integer> leaving = new LinkedHashMap<>();

    /** Of which the last is just being done. */
    private final Map<Membership, Future<Void>> ending = new HashMap<>();

    /** How often the links of each could not be deleted. */
    private final Map<Membership, Integer> stuck = new HashMap<>();

    private boolean looking;
    private long timer = NO_TIMER;
    private long pause;
    private int blind;

    Departures(Vertx vertx, Networks networks, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.vertx = vertx;
        this.networks = networks;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    /**
     * Writes down that a membership is one no more, for its container may be back, with another, before its links are
     * gone, and a start must not take the one for the other. As it is then, or unchanged where there are no links.
     */
    Future<Membership> record(Membership membership) {
        if (links(membership).isEmpty()) {
            return Future.succeededFuture(membership);
        }
        Membership departing = membership.departing();
        return ledger.replace(membership.kind(), membership.key(), departing.record())
                .map(departing);
    }

    /** Takes over a membership whose namespace and rules are gone. */
    Future<Void> add(Membership membership) {
        networks.departing().add(membership);
        if (links(membership).isEmpty()) {
            return gone(membership);
        }
        boolean shared =
                networks.members().stream().anyMatch(other -> other.sharedWith().equals(membership.containerId()));
        leaving.put(membership, shared ? PATIENCE : 0);
        lookLater();
        return Future.succeededFuture();
    }

    /**
     * Deletes what a container that goes on has no more. Completes when the container does not see it any longer, for
     * what the kernel has to do after that takes ten times as long. Never fails: what stays is deleted later.
     */
    Future<Void> delete(Membership departing) {
        networks.departing().add(departing);
        Future<Void> deleted = pools.run(() -> kernel.wiring().deleteLinks(departing.netns(), departing.endpoints()));
        end(departing, deleted.compose(gone -> gone(departing))).onFailure(e -> {
            LOG.warn("A link of {} stays behind: {}", departing.name(), e.getMessage());
            leaving.put(departing, 0);
            lookLater();
        });
        // Links without an end outside can only be waited for.
        boolean pairs = departing.endpoints().stream().allMatch(Endpoint::isPortOfBridge);
        return pairs
                ? pools.call(() -> Wiring.awaitUnseen(departing.endpoints()))
                        .compose(unseen -> unseen ? Future.succeededFuture() : deleted.otherwiseEmpty())
                : deleted.otherwiseEmpty();
    }

    /** Takes away at once whoever departs with an address that somebody else is to have now. Never fails. */
    Future<Void> hasten(FixedAddresses wanted) {
        if (wanted.wanted().isEmpty()) {
            return Future.succeededFuture();
        }
        List<Future<Void>> waiting = new ArrayList<>();
        ending.forEach((membership, ended) -> {
            if (wanted.areIn(membership)) {
                waiting.add(ended);
            }
        });
        for (Membership membership : List.copyOf(leaving.keySet())) {
            if (wanted.areIn(membership)) {
                waiting.add(pools.run(() -> kernel.wiring().deleteLinks(membership.netns(), membership.endpoints()))
                        .compose(deleted -> left(membership) ? gone(membership) : ended(membership)));
            }
        }
        return Future.join(waiting).<Void>mapEmpty().otherwiseEmpty();
    }

    private boolean left(Membership membership) {
        stuck.remove(membership);
        return leaving.remove(membership) != null;
    }

    private Future<Void> ended(Membership membership) {
        return ending.getOrDefault(membership, Future.succeededFuture());
    }

    private Future<Void> end(Membership membership, Future<Void> ended) {
        ending.put(membership, ended);
        return ended.onComplete(done -> ending.remove(membership, ended));
    }

    /** Goes on with what an earlier life of the engine had not finished. */
    Future<Void> resume() {
        return ledger.ofKind(Membership.DEPARTURE).compose(records -> {
            records.forEach(record -> {
                Membership departing = Json.read(record.detail(), Membership.class);
                networks.reserveAddresses(departing);
                networks.departing().add(departing);
                leaving.put(departing, PATIENCE);
            });
            networks.members().forEach(networks.departing()::have);
            return look();
        });
    }

    /** Ends all waiting: what is still there is deleted now. */
    Future<Void> finish() {
        leaving.replaceAll((membership, looks) -> PATIENCE);
        return look();
    }

    /** Looks again soon, or later where nothing is left but what could not be deleted. */
    private void lookLater() {
        int failures = leaving.keySet().stream()
                .mapToInt(membership -> stuck.getOrDefault(membership, 0))
                .min()
                .orElse(0);
        long wanted = LOOK_MILLIS << Math.min(LONGEST_SHIFT, Math.max(failures, blind));
        if (looking || leaving.isEmpty() || (timer != NO_TIMER && pause <= wanted)) {
            return;
        }
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
        }
        pause = wanted;
        timer = vertx.setTimer(wanted, due -> {
            timer = NO_TIMER;
            looking = true;
            look().onComplete(seen -> {
                looking = false;
                lookLater();
            });
        });
    }

    /** Names of the links that are there, and whose could not be deleted. */
    private record Seen(Set<String> present, Map<Membership, String> refused) {}

    private Future<Void> look() {
        if (leaving.isEmpty()) {
            return Future.succeededFuture();
        }
        List<Membership> looked = List.copyOf(leaving.keySet());
        List<Membership> overdue = looked.stream()
                .filter(membership -> leaving.getOrDefault(membership, 0) >= PATIENCE)
                .toList();
        return pools.call(() -> {
                    Map<Membership, String> refused = new HashMap<>();
                    overdue.forEach(membership -> delete(membership, refused));
                    Set<String> present =
                            kernel.netlink().links().stream().map(Link::name).collect(Collectors.toSet());
                    return new Seen(present, refused);
                })
                .onComplete(seen -> blind = seen.succeeded() ? 0 : blind + 1)
                .compose(seen -> settle(looked, seen))
                .onFailure(e -> LOG.warn("Cannot look after the links of stopped containers: {}", e.getMessage()));
    }

    /** One that stays is not to keep the others. */
    private void delete(Membership overdue, Map<Membership, String> refused) {
        try {
            kernel.wiring().deleteLinks(overdue.netns(), overdue.endpoints());
        } catch (LinuxException | WharfException e) {
            refused.put(overdue, String.valueOf(e.getMessage()));
        }
    }

    private Future<Void> settle(List<Membership> looked, Seen seen) {
        List<Future<Void>> settled = new ArrayList<>();
        for (Membership membership : looked) {
            String refusal = seen.refused.get(membership);
            if (refusal != null || links(membership).stream().anyMatch(seen.present::contains)) {
                leaving.computeIfPresent(membership, (same, looks) -> looks + 1);
                if (refusal != null && Integer.bitCount(stuck.merge(membership, 1, Integer::sum)) == 1) {
                    LOG.warn("A link of {} stays behind: {}", membership.name(), refusal);
                }
            } else if (left(membership)) {
                settled.add(gone(membership));
            }
        }
        return Future.join(settled).mapEmpty();
    }

    private Future<Void> gone(Membership membership) {
        membership.endpoints().stream()
                .filter(Endpoint::isRemote)
                .forEach(endpoint -> networks.remote().end(endpoint.driver(), endpoint.networkId(), endpoint.id()));
        Future<Void> ended = ledger.strike(membership.kind(), membership.key())
                .onSuccess(struck -> networks.releaseAddresses(membership));
        return ending.containsKey(membership) ? ended : end(membership, ended);
    }

    private static List<String> links(Membership membership) {
        return membership.endpoints().stream()
                .map(Endpoint::veth)
                .filter(link -> !link.isEmpty())
                .toList();
    }
}
