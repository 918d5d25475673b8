package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.linux.Pools;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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

    private final Networks networks;
    private final String link;
    private final KernelLedger ledger;
    private final Kernel kernel;
    private final Pools pools;
    private long lastLook = System.nanoTime() - REST_NANOS;

    ForwardGuard(Networks networks, String link, KernelLedger ledger, Kernel kernel, Pools pools) {
        this.networks = networks;
        this.link = link;
        this.ledger = ledger;
        this.kernel = kernel;
        this.pools = pools;
    }

    /** Looks again unless that was done a moment ago; nobody waits for it. */
    void lookAgain() {
        if (System.nanoTime() - lastLook >= REST_NANOS) {
            look().onFailure(e -> LOG.warn("Cannot look after the host's FORWARD chains: {}", e.getMessage()));
        }
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
