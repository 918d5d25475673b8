package io.wharf.api;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.api.doors.Listeners;
import io.wharf.base.CallerPromise;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.HostSockets;
import io.wharf.openapi.Contract;
import io.wharf.openapi.Operation;
import io.wharf.streams.HandleTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Serves the contract on the engine's sockets. Deployed last and once: what answers must already stand. */
public final class ApiVerticle extends VerticleBase {
    private final EngineOptions options;
    private final HandleTable handles;
    private final HostSockets host;
    private final boolean experimental;
    private @Nullable Listeners listeners;
    private Future<?> others = Future.succeededFuture();

    /**
     * Serves at the options' hosts.
     *
     * @param experimental whether clients are told so
     */
    public ApiVerticle(EngineOptions options, HandleTable handles, HostSockets host, boolean experimental) {
        this.options = options;
        this.handles = handles;
        this.host = host;
        this.experimental = experimental;
    }

    /** Has it open its sockets after these are deployed; all else is made ready meanwhile. */
    public ApiVerticle after(Future<?> deployed) {
        others = deployed;
        return this;
    }

    /** Fails where contract and handlers differ, or where a socket cannot be had. */
    @Override
    public Future<?> start() {
        List<Operation> operations = Contract.operations();
        Handlers handlers = Operations.all(vertx, handles).checked(operations);
        Guard guard = new Guard(vertx, options.listeners());
        Front front = new Front(new Router(operations), handlers, guard, options.version(), experimental, context);
        Listeners opened =
                new Listeners(vertx, host, options.listeners(), options.layout().execRoot(), front::handle);
        listeners = opened;
        // Connections belong to the context of those who listen for them: this verticle's.
        return CallerPromise.here(others).compose(served -> opened.open(options.hosts()));
    }

    @Override
    public Future<?> stop() {
        return listeners == null ? Future.succeededFuture() : listeners.close();
    }

    String deploymentId() {
        return context.deploymentID();
    }

    /** Ports of the TCP sockets, in the order of the hosts; empty before the start. */
    List<Integer> ports() {
        return listeners == null ? List.of() : listeners.ports();
    }
}
