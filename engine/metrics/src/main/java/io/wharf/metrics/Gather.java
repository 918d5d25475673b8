package io.wharf.metrics;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.ListContainers;
import io.wharf.contracts.ContainerSummary;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventSinkService;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Services;
import io.wharf.contracts.StatsService;
import io.wharf.contracts.SystemService;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Asks the concerns for what they hold, and reads what each running container uses, some at a time. What cannot be told is
 * left out: a scrape never fails for one container.
 */
final class Gather {
    private static final int AT_A_TIME = 8;

    private final ContainerService containers;
    private final StatsService stats;
    private final EventService events;
    private final EventSinkService sinks;
    private final SystemService system;

    Gather(Vertx vertx) {
        containers = Services.client(vertx, ContainerService.class);
        stats = Services.client(vertx, StatsService.class);
        events = Services.client(vertx, EventService.class);
        sinks = Services.client(vertx, EventSinkService.class);
        system = Services.client(vertx, SystemService.class);
    }

    Future<List<MetricSnapshot>> run() {
        List<MetricSnapshot> all = new ArrayList<>();
        return containers
                .counts()
                .onSuccess(counts -> all.add(states(counts)))
                .compose(counted -> system.version())
                .onSuccess(version -> all.add(build(version)))
                .compose(told -> events.listeners())
                .onSuccess(listeners -> all.add(Snapshots.gauge(
                        "wharf_event_subscribers",
                        "Readers of the journal at this moment.",
                        List.of(new GaugeDataPointSnapshot(listeners, Labels.EMPTY, null)))))
                // Nobody answers for sinks where none are set.
                .compose(told -> sinks.sinks().otherwise(List.of()))
                .onSuccess(states -> all.addAll(sinks(states)))
                .compose(told -> containers.list(new ListContainers(false, 0, false, Filters.NONE)))
                .compose(this::use)
                .onSuccess(all::addAll)
                .map(all);
    }

    /** In dockerd's name, which dashboards know. */
    private static MetricSnapshot states(ContainerService.Counts counts) {
        return Snapshots.gauge(
                "engine_daemon_container_states_containers",
                "Containers by state.",
                List.of(
                        state("running", counts.running()),
                        state("paused", counts.paused()),
                        state("stopped", counts.stopped())));
    }

    private static GaugeDataPointSnapshot state(String state, int count) {
        return new GaugeDataPointSnapshot(count, Labels.of("state", state), null);
    }

    private static MetricSnapshot build(Map<String, Object> version) {
        return Snapshots.gauge(
                "wharf_build",
                "The engine's version, as labels of a 1.",
                List.of(new GaugeDataPointSnapshot(
                        1,
                        Labels.of(
                                "version", String.valueOf(version.get("Version")),
                                "kernel", String.valueOf(version.get("KernelVersion"))),
                        null)));
    }

    private static List<MetricSnapshot> sinks(List<EventSinkService.SinkState> states) {
        if (states.isEmpty()) {
            return List.of();
        }
        return List.of(
                Snapshots.gauge(
                        "wharf_event_sink_lag",
                        "Events of the journal that a sink has not come to yet.",
                        states.stream()
                                .map(state -> new GaugeDataPointSnapshot(
                                        state.lag(), Labels.of("sink", state.name(), "type", state.type()), null))
                                .toList()),
                Snapshots.gauge(
                        "wharf_event_sink_cursor",
                        "Sequence number up to which a sink has delivered.",
                        states.stream()
                                .map(state -> new GaugeDataPointSnapshot(
                                        state.cursor(), Labels.of("sink", state.name(), "type", state.type()), null))
                                .toList()));
    }

    private Future<List<MetricSnapshot>> use(List<ContainerSummary> running) {
        ContainerUse use = new ContainerUse();
        Iterator<ContainerSummary> left = running.iterator();
        List<Future<Void>> readers = new ArrayList<>();
        for (int reader = 0; reader < AT_A_TIME; reader++) {
            readers.add(read(left, use));
        }
        return Future.join(readers).map(done -> use.snapshots());
    }

    /** One after another, all on one context. */
    private Future<Void> read(Iterator<ContainerSummary> left, ContainerUse use) {
        if (!left.hasNext()) {
            return Future.succeededFuture();
        }
        ContainerSummary container = left.next();
        return stats.now(container.id())
                .onSuccess(sample -> use.add(container, sample.json()))
                // Gone meanwhile, or not to be read.
                .otherwiseEmpty()
                .compose(done -> read(left, use));
    }
}
