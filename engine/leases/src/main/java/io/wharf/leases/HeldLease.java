package io.wharf.leases;

import io.reactivex.rxjava3.core.FlowableEmitter;
import io.vertx.core.Promise;
import io.wharf.base.Times;
import io.wharf.contracts.LeaseService;
import io.wharf.contracts.LeaseService.Lease;
import io.wharf.leases.LeaseTable.Row;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One lease as it stands.
 *
 * <pre>
 * HELD ──last connection ends──▶ UNHELD ──time is over──▶ ENDING ──nothing found any more──▶ gone
 *   ▲                              │                         ▲
 *   └────────held again────────────┘      ended by others ───┘ (from every state)
 * </pre>
 */
final class HeldLease {
    /** Where it stands. */
    enum State {
        HELD,
        UNHELD,
        ENDING
    }

    final Row row;
    /** Connections that hold it. */
    final Set<Holder> holders = new LinkedHashSet<>();
    /** Completes when all that was found is gone, or with what could not be removed. */
    final Promise<Void> removed = Promise.promise();

    State state;
    /** Until it is removed, while nobody holds it. */
    long timer = -1;
    /** Looks in a row that found nothing. */
    int quiet;

    long retryMillis;
    /** What it has to remove is in use, and the timer waits for the next look. */
    boolean resists;

    @Nullable
    String lastError;

    /** One connection; the emitter is there once it is read. */
    static final class Holder {
        @Nullable
        FlowableEmitter<Lease> emitter;
    }

    HeldLease(Row row) {
        this.row = row;
        this.state = row.ending() ? State.ENDING : State.UNHELD;
    }

    String label() {
        return LeaseService.LABEL + "=" + row.id();
    }

    /** Its own label, and what else was asked for. */
    List<Map<String, String>> sets() {
        Map<String, String> own = Map.of(LeaseService.LABEL, row.id());
        return row.labels().isEmpty() ? List.of(own) : List.of(own, row.labels());
    }

    Lease told() {
        return new Lease(
                row.id(),
                label(),
                row.labels(),
                Times.rfc3339Nano(row.createdNanos()),
                state.name().toLowerCase(Locale.ROOT),
                holders.size(),
                lastError);
    }

    void tellHolders() {
        for (Holder holder : List.copyOf(holders)) {
            if (holder.emitter != null) {
                holder.emitter.onNext(told());
            }
        }
    }
}
