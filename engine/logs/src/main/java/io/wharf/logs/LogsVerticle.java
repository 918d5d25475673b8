package io.wharf.logs;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.Handle;
import io.wharf.contracts.HostConfig.LogConfig;
import io.wharf.contracts.LogService;
import io.wharf.contracts.Services;
import io.wharf.linux.Pools;
import io.wharf.streams.HandleTable;
import java.util.HashMap;
import java.util.Map;

/** Owns the logs: the way of each call, and who listens to which container. */
public final class LogsVerticle extends VerticleBase implements LogService {
    private final EngineOptions options;

    public LogsVerticle(EngineOptions options, Store store, HandleTable handles, Pools pools) {
        this.options = options;
    }

    @Override
    public Future<?> start() {
        LogDrivers.check(options.logs().type(), options.logs().config());
        Services.serve(vertx, LogService.class, this);
        return Future.succeededFuture();
    }

    @Override
    public Future<LogFacts> facts() {
        return Future.succeededFuture(
                new LogFacts(LogDrivers.names(), options.logs().type()));
    }

    @Override
    public Future<LogConfig> check(LogConfig asked) {
        String driver = asked.type().isEmpty() ? options.logs().type() : asked.type();
        Map<String, String> merged = new HashMap<>(asked.config());
        options.logs().config().forEach((key, value) -> {
            // The local copy of remote logs is the engine's matter, whatever the driver is.
            if (driver.equals(options.logs().type()) || CommonOptions.isOfCache(key)) {
                merged.putIfAbsent(key, value);
            }
        });
        LogDrivers.check(driver, merged);
        return Future.succeededFuture(new LogConfig(driver, merged));
    }

    @Override
    public Future<Void> begin(Speaker speaker) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> ended(Speaker speaker) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> resume(Speaker speaker) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> remove(Speaker speaker) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Handle<ByteStream>> read(Speaker speaker, ContainerService.LogOptions wanted, boolean framed) {
        throw WharfException.notImplemented("not yet");
    }

    @Override
    public Future<Handle<Followed>> follow(Speaker speaker, FollowOptions wanted) {
        throw WharfException.notImplemented("not yet");
    }
}
