package io.wharf.health;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.disposables.Disposable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.Event;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventService.EventQuery;
import io.wharf.contracts.ExecService;
import io.wharf.contracts.Filters;
import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.Services;
import io.wharf.linux.EventLoops;
import io.wharf.linux.NamespaceSockets;
import io.wharf.streams.HandleTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the containers' events and keeps a monitor for each run that is to be probed. The stream is in order, so
 * whatever was missed in between, the last event of a container decides.
 */
public final class HealthVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(HealthVerticle.class);
    private static final int CONNECTIONS = 64;
    private static final EventQuery WHAT_COMES = new EventQuery(
            0,
            0,
            -1,
            new Filters(Map.of("type", List.of("container"), "event", List.of("start", "die", "pause", "unpause"))));

    private final HandleTable handles;
    private final Map<String, Monitor> monitors = new HashMap<>();
    private @Nullable ContainerService containers;
    private @Nullable Disposable events;
    private @Nullable Tools tools;

    public HealthVerticle(HandleTable handles) {
        this.handles = handles;
    }

    @Override
    public Future<?> start() {
        containers = Services.client(vertx, ContainerService.class);
        // First the stream, then those that run already: a container that starts in between is seen twice, not never.
        return Services.client(vertx, EventService.class)
                .subscribe(WHAT_COMES)
                .onSuccess(handle -> {
                    Flowable<Event> stream = handles.take(handle);
                    events = stream.subscribe(
                            event -> context.runOnContext(here -> heard(event)),
                            failure -> LOG.error("health checks follow no events any more", failure));
                })
                .compose(subscribed -> watch(null));
    }

    @Override
    public Future<?> stop() {
        if (events != null) {
            events.dispose();
        }
        monitors.values().forEach(Monitor::stop);
        monitors.clear();
        if (tools != null) {
            tools.sockets().close();
        }
        return Future.succeededFuture();
    }

    private void heard(Event event) {
        switch (event.action()) {
            case "start", "unpause" ->
                watch(event.actorId())
                        .onFailure(failure -> LOG.warn("health of {}: {}", event.actorId(), failure.getMessage()));
            default -> forget(event.actorId());
        }
    }

    private Future<Void> watch(@Nullable String id) {
        return service()
                .healthPlans(id)
                .onSuccess(plans -> plans.forEach(this::monitor))
                .mapEmpty();
    }

    private void monitor(HealthPlan plan) {
        Monitor before = monitors.get(plan.containerId());
        if (before != null) {
            if (before.plan().run() == plan.run()) {
                return;
            }
            before.stop();
        }
        Monitor monitor = new Monitor(plan, tools(), service());
        monitors.put(plan.containerId(), monitor);
        monitor.start();
    }

    private void forget(String id) {
        Monitor monitor = monitors.remove(id);
        if (monitor != null) {
            monitor.stop();
        }
    }

    private ContainerService service() {
        if (containers == null) {
            throw new IllegalStateException("not started");
        }
        return containers;
    }

    private Tools tools() {
        Tools made = tools;
        if (made == null) {
            made = new Tools(
                    context,
                    EventLoops.of(context),
                    new Schedule(System::nanoTime, new VertxAlarm(vertx)),
                    Services.client(vertx, ExecService.class),
                    handles,
                    new NamespaceSockets(),
                    new Turns(Math.max(2, Runtime.getRuntime().availableProcessors())),
                    new Turns(CONNECTIONS));
            tools = made;
        }
        return made;
    }
}
