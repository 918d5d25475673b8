package io.wharf.leases;

import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.Ids;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventService;
import io.wharf.contracts.Handle;
import io.wharf.contracts.LeaseService;
import io.wharf.contracts.Services;
import io.wharf.leases.HeldLease.Holder;
import io.wharf.leases.HeldLease.State;
import io.wharf.leases.LeaseTable.Row;
import io.wharf.streams.HandleTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the leases: counts who holds them, and removes what belongs to one that nobody holds. */
public final class LeasesVerticle extends VerticleBase implements LeaseService {
    private static final Logger LOG = LoggerFactory.getLogger(LeasesVerticle.class);
    private static final int ID_LENGTH = 32;
    /** After a start: the engine's death took the connections along, and clients need a moment to come back. */
    private static final long START_GRACE_MILLIS = 10_000;
    /** After the end of a connection: for one that was lost. */
    private static final long GRACE_MILLIS = 2_000;

    private static final long SIGN_MILLIS = 5_000;
    /** What is being made while it is looked for is found by a later look: so many must find nothing. */
    private static final int QUIET_LOOKS = 3;

    private static final long LOOK_MILLIS = 1_000;
    /** After an event that may have set something free; others follow it. */
    private static final long SOON_MILLIS = 200;

    private static final long LONGEST_RETRY_MILLIS = 60_000;

    private final HandleTable handles;
    private final LeaseTable table;
    private final long startGraceMillis;
    private final Map<String, HeldLease> leases = new LinkedHashMap<>();
    private @Nullable RemoveLeased removal;
    /** Made for the first lease that waits for others. */
    private @Nullable WhatGetsFree following;

    private volatile boolean engineStops;
    private long signs = -1;

    public LeasesVerticle(Store store, HandleTable handles) {
        this(store, handles, START_GRACE_MILLIS);
    }

    LeasesVerticle(Store store, HandleTable handles, long startGraceMillis) {
        this.handles = handles;
        this.table = new LeaseTable(store);
        this.startGraceMillis = startGraceMillis;
    }

    public static Schema schema() {
        return LeaseTable.schema();
    }

    @Override
    public Future<?> start() {
        return table.read().onSuccess(rows -> {
            for (Row row : rows) {
                HeldLease lease = new HeldLease(row);
                leases.put(row.id(), lease);
                if (row.ending()) {
                    remove(lease);
                }
            }
            Services.serve(vertx, LeaseService.class, this);
        });
    }

    /** The doors are open: from now on clients have a moment to hold again what they held. Before that nothing is removed. */
    public void clientsCome() {
        context.runOnContext(open -> {
            for (HeldLease lease : leases.values()) {
                if (lease.state == State.UNHELD && lease.timer < 0) {
                    unheld(lease, startGraceMillis);
                }
            }
        });
    }

    /** Connections that end from now on are ended by the engine: what they hold is to outlast it. */
    public void engineStops() {
        engineStops = true;
    }

    @Override
    public Future<Handle<Flowable<Lease>>> open(Map<String, String> labels) {
        labels.forEach((name, value) -> {
            if (name.isEmpty() || name.indexOf('=') >= 0) {
                throw WharfException.invalid("no name of a label: '" + name + "'");
            }
        });
        Row row = new Row(Ids.random().substring(0, ID_LENGTH), Map.copyOf(labels), Times.nowNanos(), false);
        return table.insert(row).map(written -> {
            HeldLease lease = new HeldLease(row);
            leases.put(row.id(), lease);
            return held(lease);
        });
    }

    @Override
    public Future<Handle<Flowable<Lease>>> hold(String id) {
        HeldLease lease = known(id);
        if (lease.state == State.ENDING) {
            throw WharfException.conflict("lease " + id + " is ending");
        }
        return Future.succeededFuture(held(lease));
    }

    @Override
    public Future<List<Lease>> list() {
        return Future.succeededFuture(
                leases.values().stream().map(HeldLease::told).toList());
    }

    @Override
    public Future<Void> end(String id) {
        HeldLease lease = known(id);
        return finish(lease).compose(ending -> lease.removed.future());
    }

    private HeldLease known(String id) {
        HeldLease lease = leases.get(id);
        if (lease == null) {
            throw WharfException.notFound("no such lease: " + id);
        }
        return lease;
    }

    private Handle<Flowable<Lease>> held(HeldLease lease) {
        Holder holder = new Holder();
        vertx.cancelTimer(lease.timer);
        lease.holders.add(holder);
        lease.state = State.HELD;
        if (signs < 0) {
            signs = vertx.setPeriodic(SIGN_MILLIS, due -> leases.values().forEach(HeldLease::tellHolders));
        }
        Flowable<Lease> stream = Flowable.create(
                emitter -> {
                    emitter.setCancellable(() -> context.runOnContext(left -> leave(lease, holder)));
                    context.runOnContext(read -> {
                        holder.emitter = emitter;
                        emitter.onNext(lease.told());
                        if (lease.state == State.ENDING) {
                            emitter.onComplete();
                        }
                    });
                },
                // A reader that does not read holds it all the same.
                BackpressureStrategy.LATEST);
        return handles.offer(stream, () -> context.runOnContext(expired -> leave(lease, holder)));
    }

    private void leave(HeldLease lease, Holder holder) {
        if (lease.holders.remove(holder) && lease.holders.isEmpty() && lease.state == State.HELD && !engineStops) {
            unheld(lease, GRACE_MILLIS);
        }
        if (signs >= 0 && leases.values().stream().allMatch(each -> each.holders.isEmpty())) {
            vertx.cancelTimer(signs);
            signs = -1;
        }
    }

    private void unheld(HeldLease lease, long grace) {
        lease.state = State.UNHELD;
        lease.timer = vertx.setTimer(grace, over -> {
            if (lease.state == State.UNHELD && !engineStops) {
                finish(lease).onFailure(failure -> {
                    LOG.warn("lease {} cannot be ended yet: {}", lease.row.id(), failure.getMessage());
                    unheld(lease, GRACE_MILLIS);
                });
            }
        });
    }

    /** Written down first: the next engine goes on with it. */
    private Future<Void> finish(HeldLease lease) {
        if (lease.state == State.ENDING) {
            return Future.succeededFuture();
        }
        State before = lease.state;
        lease.state = State.ENDING;
        vertx.cancelTimer(lease.timer);
        return table.ending(lease.row)
                .onSuccess(written -> {
                    LOG.info("lease {} has ended: what carries its labels is removed", lease.row.id());
                    lease.tellHolders();
                    for (Holder holder : List.copyOf(lease.holders)) {
                        if (holder.emitter != null) {
                            holder.emitter.onComplete();
                        }
                    }
                    remove(lease);
                })
                .onFailure(unwritten -> lease.state = before);
    }

    private void remove(HeldLease lease) {
        lease.resists = false;
        RemoveLeased remover = removal;
        if (remover == null) {
            remover = new RemoveLeased(vertx);
            removal = remover;
        }
        remover.run(lease.sets())
                .onComplete(
                        outcome -> looked(lease, outcome),
                        failure -> resisted(lease, List.of(String.valueOf(failure.getMessage()))));
    }

    private void looked(HeldLease lease, RemoveLeased.Outcome outcome) {
        if (!outcome.failures().isEmpty()) {
            resisted(lease, outcome.failures());
            return;
        }
        lease.lastError = null;
        lease.retryMillis = 0;
        if (following != null && leases.values().stream().allMatch(each -> each.lastError == null)) {
            following.stop();
        }
        lease.removed.tryComplete();
        lease.quiet = outcome.found() == 0 ? lease.quiet + 1 : 0;
        if (lease.quiet < QUIET_LOOKS) {
            vertx.setTimer(LOOK_MILLIS, again -> remove(lease));
            return;
        }
        table.delete(lease.row)
                .onSuccess(gone -> leases.remove(lease.row.id()))
                .onFailure(failure -> vertx.setTimer(LONGEST_RETRY_MILLIS, again -> remove(lease)));
    }

    private void resisted(HeldLease lease, List<String> failures) {
        String told = String.join("; ", failures);
        if (!told.equals(lease.lastError) && !engineStops) {
            LOG.warn("lease {}: not everything can be removed yet: {}", lease.row.id(), told);
        }
        lease.lastError = told;
        lease.quiet = 0;
        // Once is chance: a container that is about to remove itself.
        if (lease.retryMillis > 0) {
            lease.removed.tryFail(WharfException.conflict(
                    "lease " + lease.row.id() + " has ended, but not everything can be removed yet: " + told));
        }
        lease.retryMillis = Math.clamp(lease.retryMillis * 2, LOOK_MILLIS, LONGEST_RETRY_MILLIS);
        lease.resists = true;
        lease.timer = vertx.setTimer(lease.retryMillis, again -> remove(lease));
        whatGetsFree().follow();
    }

    /** Something may be free that was in use: those who wait for that look soon, and not only when their time has come. */
    private void gotFree() {
        for (HeldLease lease : leases.values()) {
            if (lease.resists) {
                lease.resists = false;
                vertx.cancelTimer(lease.timer);
                lease.timer = vertx.setTimer(SOON_MILLIS, look -> remove(lease));
            }
        }
    }

    private WhatGetsFree whatGetsFree() {
        WhatGetsFree known = following;
        if (known == null) {
            known = new WhatGetsFree(Services.client(vertx, EventService.class), handles, context, this::gotFree);
            following = known;
        }
        return known;
    }
}
