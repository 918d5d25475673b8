package io.wharf.networking.firewall;

import io.vertx.core.Vertx;
import io.wharf.linux.EventLoops;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Pools;
import io.wharf.linux.RulesetChanges;
import io.wharf.linux.RulesetChanges.Part;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to all changes of rules on this host. What was taken out of the engine's table is put back some ten
 * milliseconds later; where a foreign chain that decides about forwarded packets changes, {@link ForwardGuard} looks again.
 *
 * <p>What somebody adds to the table stays, and so does all that is done in the administrator's chain. Confined to the
 * verticle's context.
 */
public final class RulesWatch implements AutoCloseable, RulesetChanges.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(RulesWatch.class);
    /** A change of several transactions, as a reload is, is answered once. */
    private static final long GATHER_MILLIS = 20;

    private static final long AGAIN_MILLIS = 1000;

    private final Vertx vertx;
    private final Firewall firewall;
    private final ForwardGuard guard;
    private final Pools pools;
    private final Set<Integer> suspects = new HashSet<>();
    private boolean ours;
    private boolean theirs;
    private boolean unknown;
    private boolean due;
    private @Nullable RulesetChanges changes;

    public RulesWatch(Vertx vertx, Firewall firewall, ForwardGuard guard, Pools pools) {
        this.vertx = vertx;
        this.firewall = firewall;
        this.guard = guard;
        this.pools = pools;
    }

    /** Begins to listen; a kernel that does not tell leaves it at the looks that joins make. */
    public void start() {
        try {
            changes = RulesetChanges.watch(EventLoops.of(vertx.getOrCreateContext()), this);
        } catch (LinuxException e) {
            LOG.warn("Rules that others flush come back with the next change only: {}", e.getMessage());
        }
    }

    @Override
    public void changed(Part part, String table, String within, boolean isBase) {
        if (table.equals(firewall.table())) {
            ours |= switch (part) {
                case CHAIN_NEW, RULE_NEW -> false;
                case TABLE_GONE, SET_GONE, ELEMENT_GONE -> true;
                case CHAIN_GONE, RULE_GONE -> !within.equals(RuleText.USER) || part == Part.CHAIN_GONE;
            };
        } else {
            theirs |= switch (part) {
                case TABLE_GONE -> true;
                case CHAIN_NEW, CHAIN_GONE -> isBase || guard.isWatched(within);
                case RULE_NEW, RULE_GONE -> guard.isWatched(within);
                case SET_GONE, ELEMENT_GONE -> false;
            };
        }
    }

    @Override
    public void committed(int generation) {
        if (ours) {
            suspects.add(generation);
            ours = false;
            mendSoon(GATHER_MILLIS);
        }
        if (theirs) {
            theirs = false;
            guard.lookAgain();
        }
    }

    @Override
    public void missed() {
        unknown = true;
        mendSoon(GATHER_MILLIS);
        guard.lookAgain();
    }

    private void mendSoon(long millis) {
        if (!due) {
            due = true;
            vertx.setTimer(millis, gathered -> {
                due = false;
                mend();
            });
        }
    }

    private void mend() {
        Set<Integer> generations = unknown ? Set.of() : Set.copyOf(suspects);
        suspects.clear();
        unknown = false;
        pools.call(() -> firewall.mend(generations))
                .onSuccess(mended -> {
                    if (mended && !generations.isEmpty()) {
                        LOG.warn("Somebody took rules out of table {}: they are back", firewall.table());
                    }
                })
                .onFailure(e -> {
                    LOG.warn("Rules of table {} are missing: {}", firewall.table(), e.getMessage());
                    unknown = true;
                    if (changes != null) {
                        mendSoon(AGAIN_MILLIS);
                    }
                });
    }

    @Override
    public void close() {
        RulesetChanges listening = changes;
        if (listening != null) {
            changes = null;
            listening.close();
        }
    }
}
