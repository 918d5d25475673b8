package io.wharf.networking;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.linux.Pools;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that no foreign chain drops the bridge's packets: at the start, and again when containers come, for another
 * engine or the administrator may have set such a chain up in between. Confined to the verticle's context.
 */
final class ForwardGuard {
    static final String KIND = "foreign-accept";

    private static final Logger LOG = LoggerFactory.getLogger(ForwardGuard.class);
    private static final String LANE = "foreign chains";
    private static final long REST_NANOS = Duration.ofSeconds(2).toNanos();

    private final Vertx vertx;
    private final Networks networks;
    private final String link;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;
    private long lastLook = System.nanoTime() - REST_NANOS;
    private boolean due;

    ForwardGuard(Vertx vertx, Networks networks, String link, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.vertx = vertx;
        this.networks = networks;
        this.link = link;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    /** Looks again, at once or, where that was done a moment ago, when the rest is over; nobody waits for it. */
    void lookAgain() {
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

    /** Puts accepts where they are missing. */
    Future<Void> look() {
        lastLook = System.nanoTime();
        ForeignChains foreign = kernel.foreign();
        return foreign == null
                ? Future.succeededFuture()
                : networks.lanes().run(LANE, () -> pools.call(foreign::dropping).compose(this::acceptIn));
    }

    private Future<Void> acceptIn(List<ForeignChains.Chain> chains) {
        ForeignChains foreign = Objects.requireNonNull(kernel.foreign());
        Future<Void> done = Future.succeededFuture();
        for (ForeignChains.Chain chain : chains) {
            LOG.info("{} drops forwarded packets: those of {} are accepted there", chain.path(), link);
            String owner = networks.get(Network.BRIDGE).id();
            done = done.compose(before -> ledger.record(new KernelObject(KIND, chain.path(), owner, "")))
                    .compose(recorded -> pools.run(() -> foreign.accept(chain, link)));
        }
        return done;
    }
}
