package io.wharf.events;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.Event;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventSinkService;
import io.wharf.contracts.Handle;
import io.wharf.contracts.Services;
import io.wharf.contracts.SinkOptions;
import io.wharf.events.sinks.Sinks;
import io.wharf.streams.HandleTable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Owns the journal: distributes each commit's events to the subscriptions and trims what is old. */
public final class EventsVerticle extends VerticleBase implements EventService {
    private static final long TRIM_MILLIS = 3_600_000;

    private final Store store;
    private final HandleTable handles;
    private final Set<Subscription> subscriptions = new HashSet<>();
    private final Journal journal;
    private List<SinkOptions> sinkOptions = List.of();
    private String engineId = "";
    private String version = "";
    /** Made only where some are configured. */
    private @Nullable Sinks sinks;

    public EventsVerticle(Store store, HandleTable handles) {
        this.store = store;
        this.handles = handles;
        this.journal = new Journal(store);
    }

    /** With sinks, and what they tell others of this engine; before it is deployed. */
    public EventsVerticle with(List<SinkOptions> options, String engine, String engineVersion) {
        sinkOptions = List.copyOf(options);
        engineId = engine;
        version = engineVersion;
        return this;
    }

    /** The table of the sinks' places. */
    public static Schema schema() {
        return new Schema(
                "event-sinks", List.of("CREATE TABLE event_sinks(name TEXT PRIMARY KEY, seq INTEGER NOT NULL)"));
    }

    @Override
    public Future<?> start() {
        Context owner = context;
        return journal.open()
                .onSuccess(opened -> {
                    store.onCommit(events -> owner.runOnContext(go -> distribute(events)));
                    vertx.setPeriodic(TRIM_MILLIS, fired -> journal.trim());
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
        List.copyOf(subscriptions).forEach(Subscription::finish);
        return sinks == null ? Future.succeededFuture() : sinks.stop();
    }

    @Override
    public Future<Handle<Flowable<Event>>> subscribe(EventQuery query) {
        EventFilter filter = new EventFilter(query.filters());
        if (query.untilNanos() > 0 && query.sinceNanos() > query.untilNanos()) {
            throw WharfException.invalid("`since` time cannot be after `until` time");
        }
        return journal.position(query).map(after -> {
            Subscription subscription = new Subscription(vertx, context, journal, filter, after, query.untilNanos());
            subscriptions.add(subscription);
            subscription.onEnd(() -> subscriptions.remove(subscription));
            return handles.offer(Flowable.fromPublisher(subscription), subscription::finish);
        });
    }

    @Override
    public Future<Integer> listeners() {
        return Future.succeededFuture(subscriptions.size());
    }

    private void distribute(List<Event> events) {
        journal.append(events);
        List.copyOf(subscriptions).forEach(Subscription::wake);
        if (sinks != null) {
            sinks.wake();
        }
    }
}
