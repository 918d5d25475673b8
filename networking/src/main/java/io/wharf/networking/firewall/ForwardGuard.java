package io.wharf.networking.firewall;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.base.Lanes;
import io.wharf.linux.Pools;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that no foreign chain drops the bridges' packets: at the start, when a bridge comes, and whenever somebody
 * changes the chains in question. Confined to the verticle's context.
 */
public final class ForwardGuard {
    /** In the ledger: a foreign chain with accepts of ours. */
    public static final String KIND = "foreign-accept";

    private static final Logger LOG = LoggerFactory.getLogger(ForwardGuard.class);
    private static final String LANE = "foreign chains";
    private static final long REST_NANOS = Duration.ofMillis(500).toNanos();

    private final Vertx vertx;
    private final Lanes lanes = new Lanes("firewall");
    private final Supplier<Collection<String>> links;
    private final String owner;
    private final KernelLedger ledger;
    private final @Nullable ForeignChains foreign;
    private final Pools pools;
    private long lastLook = System.nanoTime() - REST_NANOS;
    private boolean due;
    private Set<String> watched = Set.of();
    private boolean drops;
    private boolean closed;

    /**
     * @param links names of the bridges
     * @param owner of the accepts, for the ledger
     * @param foreign null where no rules may be set
     */
    public ForwardGuard(
            Vertx vertx,
            Supplier<Collection<String>> links,
            String owner,
            KernelLedger ledger,
            @Nullable ForeignChains foreign,
            Pools pools) {
        this.vertx = vertx;
        this.links = links;
        this.owner = owner;
        this.ledger = ledger;
        this.foreign = foreign;
        this.pools = pools;
    }

    /** Looks again, at once or, where that was done a moment ago, when the rest is over; nobody waits for it. */
    public void lookAgain() {
        if (due) {
            return;
        }
        long rest = TimeUnit.NANOSECONDS.toMillis(lastLook + REST_NANOS - System.nanoTime());
        if (rest > 0) {
            due = true;
            vertx.setTimer(rest, over -> {
                due = false;
                lookOrWarn();
            });
        } else {
            lookOrWarn();
        }
    }

    private void lookOrWarn() {
        look().onFailure(e -> LOG.warn("Cannot look after the host's FORWARD chains: {}", e.getMessage()));
    }

    /** Looks no more; done when the last look is over. */
    public Future<Void> close() {
        closed = true;
        return lanes.run(LANE, Future::<Void>succeededFuture);
    }

    /** A bridge has come, and its packets are to pass when this is done; costs nothing where nobody drops any. */
    public Future<Void> admit() {
        return drops ? look() : Future.succeededFuture();
    }

    /** Whether this chain of somebody else's has a say about forwarded packets. */
    boolean isWatched(String chain) {
        return watched.contains(chain);
    }

    /** Puts accepts where they are missing, and takes those of bridges that are gone. */
    public Future<Void> look() {
        lastLook = System.nanoTime();
        ForeignChains chains = foreign;
        if (chains == null || closed) {
            return Future.succeededFuture();
        }
        List<String> wanted = List.copyOf(links.get());
        return lanes.run(
                LANE,
                () -> pools.call(() -> chains.look(wanted)).compose(seen -> {
                    watched = seen.watched();
                    drops = seen.drops();
                    return acceptIn(seen.toChange(), wanted);
                }));
    }

    private Future<Void> acceptIn(List<ForeignChains.Chain> chains, List<String> wanted) {
        Future<Void> done = Future.succeededFuture();
        for (ForeignChains.Chain chain : chains) {
            LOG.info("{} drops forwarded packets: those of {} are accepted there", chain.path(), wanted);
            done = done.compose(before -> ledger.record(new KernelObject(KIND, chain.path(), owner, "")))
                    .compose(recorded -> pools.run(
                            () -> java.util.Objects.requireNonNull(foreign).accept(chain)));
        }
        return done;
    }
}
