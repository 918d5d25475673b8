package io.wharf.events.sinks;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Event;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventSinkService;
import io.wharf.contracts.Filters;
import io.wharf.contracts.SinkOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** All sinks of an engine; made only where there are any, and confined to the context of the journal's owner. */
public final class Sinks implements EventSinkService {
    private final List<Sink> sinks = new ArrayList<>();

    /** Refuses filters that are not known, and sinks whose libraries are not there. */
    public Sinks(
            Vertx vertx,
            Store store,
            Pages pages,
            Function<Filters, Predicate<Event>> filter,
            List<SinkOptions> options,
            String engineId,
            String version) {
        CursorTable cursors = new CursorTable(store);
        Blocking blocking = new Blocking(vertx);
        for (SinkOptions each : options) {
            Outlet outlet = switch (each) {
                case SinkOptions.Webhook webhook -> new WebhookOutlet(vertx, webhook, engineId, version, blocking);
                case SinkOptions.Lines lines -> new LinesOutlet(lines, blocking);
                case SinkOptions.Kafka kafka -> new KafkaOutlet(vertx, kafka, engineId);
            };
            sinks.add(new Sink(vertx, each, pages, filterOf(each, filter), cursors, outlet));
        }
    }

    private static Predicate<Event> filterOf(SinkOptions options, Function<Filters, Predicate<Event>> filter) {
        try {
            return filter.apply(options.filters());
        } catch (WharfException e) {
            throw WharfException.invalid("event sink " + options.name() + ": " + e.getMessage());
        }
    }

    /** Finds each one's place; what there is to deliver then goes out on its own. */
    public Future<Void> start() {
        return Future.all(sinks.stream().map(Sink::start).toList()).mapEmpty();
    }

    /** There are newer events in the journal. */
    public void wake() {
        sinks.forEach(Sink::wake);
    }

    public Future<Void> stop() {
        return Future.join(sinks.stream().map(Sink::stop).toList()).mapEmpty();
    }

    @Override
    public Future<List<SinkState>> sinks() {
        return Future.succeededFuture(sinks.stream().map(Sink::state).toList());
    }

    @Override
    public Future<Void> reopen() {
        sinks.forEach(Sink::reopen);
        return Future.succeededFuture();
    }
}
