package io.wharf.events;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.Event;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventOptions;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventSinkService;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Handle;
import io.wharf.contracts.Services;
import io.wharf.contracts.SinkOptions;
import io.wharf.events.sinks.Sinks;
import io.wharf.streams.HandleTable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Owns the journal: distributes each commit's events to the subscriptions and trims what is old.
 *
 * <p>A round to all readers costs each of them a system call. Where they are many, the next round waits: as long as that
 * takes, and with all that was committed meanwhile. So readers cost the machine half of a core at most, however many events
 * there are, and a single one never waits.
 */
public final class EventsVerticle extends VerticleBase implements EventService {
    /** Readers for whom a round of theirs is worth a millisecond's rest. */
    private static final int READERS_A_MILLI = 50;

    private static final Subscription[] NONE = {};

    private final Store store;
    private final HandleTable handles;
    private final EventOptions options;
    private final Set<Subscription> subscriptions = new LinkedHashSet<>();
    private Subscription @Nullable [] readers = NONE;
    private final Journal journal;
    private @Nullable Retention retention;
    private List<SinkOptions> sinkOptions = List.of();
    private String engineId = "";
    private String version = "";
    /** Made only where some are configured. */
    private @Nullable Sinks sinks;

    private boolean resting;
    private boolean more;

    public EventsVerticle(EventOptions options, Store store, HandleTable handles) {
        this.options = options;
        this.store = store;
        this.handles = handles;
        this.journal = new Journal(store);
    }

    /** With sinks, and what they tell others of this engine; before it is deployed. */
    public EventsVerticle with(List<SinkOptions> configured, String engine, String engineVersion) {
        sinkOptions = List.copyOf(configured);
        engineId = engine;
        version = engineVersion;
        return this;
    }

    /** The table of the sinks' places. */
    public static Schema schema() {
        return new Schema(
                "event-sinks", List.of("CREATE TABLE event_sinks(name TEXT PRIMARY KEY, seq INTEGER NOT NULL)"));
    }

    /** The same filters; INVALID where one of them is none of events. */
    public static Filters checked(Filters filters) {
        EventFilter.check(filters);
        return filters;
    }

    @Override
    public Future<?> start() {
        Context owner = context;
        Retention trims = new Retention(vertx, store, options, oldest -> {
            journal.trimmed(oldest);
            for (Subscription reader : readers()) {
                reader.trimmed();
            }
        });
        retention = trims;
        return journal.open()
                .onSuccess(opened -> {
                    store.onCommit(events -> owner.runOnContext(go -> {
                        journal.append(events);
                        trims.appended(events);
                        distribute();
                    }));
                    trims.start();
                    Services.serve(vertx, EventService.class, this);
                })
                .compose(opened -> sinkOptions.isEmpty() ? Future.succeededFuture() : startSinks());
    }

    private Future<Void> startSinks() {
        Sinks made = new Sinks(
                vertx,
                store,
                new SinkPages(journal),
                filters -> new EventFilter(filters)::wants,
                sinkOptions,
                engineId,
                version);
        sinks = made;
        Services.serve(vertx, EventSinkService.class, made);
        return made.start();
    }

    @Override
    public Future<?> stop() {
        store.onCommit(events -> {});
        if (retention != null) {
            retention.stop();
        }
        for (Subscription reader : readers()) {
            reader.engineStops();
        }
        return sinks == null ? Future.succeededFuture() : sinks.stop();
    }

    @Override
    public Future<Handle<Flowable<Event>>> subscribe(EventQuery query) {
        EventFilter filter = new EventFilter(query.filters());
        if (query.untilNanos() > 0 && query.sinceNanos() > query.untilNanos()) {
            throw WharfException.invalid("`since` time cannot be after `until` time");
        }
        return journal.position(query).map(after -> {
            Subscription subscription = new Subscription(
                    vertx,
                    context,
                    journal,
                    filter,
                    after,
                    query.untilNanos(),
                    query.strict() && query.afterSeq() != 0);
            subscriptions.add(subscription);
            readers = null;
            subscription.onEnd(() -> {
                subscriptions.remove(subscription);
                readers = null;
            });
            return handles.offer(Flowable.fromPublisher(subscription), subscription::finish);
        });
    }

    @Override
    public Future<Integer> listeners() {
        return Future.succeededFuture(subscriptions.size());
    }

    private void distribute() {
        if (resting) {
            more = true;
            return;
        }
        more = false;
        Subscription[] round = readers();
        for (Subscription reader : round) {
            reader.wake();
        }
        if (sinks != null) {
            sinks.wake();
        }
        int rest = round.length / READERS_A_MILLI;
        if (rest > 0) {
            resting = true;
            vertx.setTimer(rest, rested -> {
                resting = false;
                if (more) {
                    distribute();
                }
            });
        }
    }

    /** Those there are now; whoever comes or goes meanwhile does not disturb a round. */
    private Subscription[] readers() {
        Subscription[] known = readers;
        if (known == null) {
            known = subscriptions.toArray(NONE);
            readers = known;
        }
        return known;
    }
}
