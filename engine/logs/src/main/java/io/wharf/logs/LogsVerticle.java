package io.wharf.logs;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.Lanes;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.Handle;
import io.wharf.contracts.HostConfig.LogConfig;
import io.wharf.contracts.LogService;
import io.wharf.contracts.Services;
import io.wharf.linux.EventLoops;
import io.wharf.linux.Pools;
import io.wharf.streams.HandleTable;
import java.io.File;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the logs: the way of each call, and which logs are open. A log is open while it is written or read. */
public final class LogsVerticle extends VerticleBase implements LogService {
    private static final long MILLISECOND = 1_000_000;
    private static final String DAEMON = "docker";
    private static final Logger LOG = LoggerFactory.getLogger(LogsVerticle.class);

    private final EngineOptions options;
    private final Store store;
    private final HandleTable handles;
    private final Pools pools;
    private final Lanes lanes = new Lanes("log");
    private final Map<String, ContainerLog> open = new HashMap<>();
    private @Nullable LogWatches watches;
    private @Nullable Pump pump;
    private @Nullable FullDisk disk;

    public LogsVerticle(EngineOptions options, Store store, HandleTable handles, Pools pools) {
        this.options = options;
        this.store = store;
        this.handles = handles;
        this.pools = pools;
    }

    @Override
    public Future<?> start() {
        LogDrivers.check(options.logs().type(), options.logs().config());
        LogWatches changes = LogWatches.on(EventLoops.of(context));
        watches = changes;
        pump = new Pump(EventLoops.of(context), changes, new Listener());
        File root = options.layout().dataRoot().toFile();
        disk = new FullDisk(
                vertx,
                root::getFreeSpace,
                () -> open.values().stream().filter(log -> log.spool().isLive()).toList());
        Services.serve(vertx, LogService.class, this);
        return Future.succeededFuture();
    }

    /** Clients are let go; what is in the spools is delivered by the next engine. */
    @Override
    public Future<?> stop() {
        List<ContainerLog> all = List.copyOf(open.values());
        if (disk != null) {
            disk.stop();
        }
        return pools.run(() -> {
            // First a word to all, so that those who hang in a call to a destination are waited for together.
            all.forEach(ContainerLog::hurry);
            all.forEach(ContainerLog::close);
            if (pump != null) {
                pump.close();
            }
            if (watches != null) {
                watches.close();
            }
        });
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
    public Future<Void> prepare(Speaker speaker) {
        return lanes.run(
                speaker.id(),
                () -> opened(speaker).map(log -> {
                    log.spool().expect();
                    return null;
                }));
    }

    @Override
    public Future<Void> begin(Speaker speaker) {
        return lanes.run(
                speaker.id(),
                () -> opened(speaker)
                        .compose(log -> pools.run(() -> log.begin(speaker.control())))
                        .onSuccess(begun -> disk().watch()));
    }

    @Override
    public Future<Void> ended(Speaker speaker) {
        return lanes.run(speaker.id(), () -> opened(speaker).compose(log -> pools.run(log::ended)));
    }

    @Override
    public Future<Void> resume(Speaker speaker) {
        return lanes.run(
                speaker.id(),
                () -> pools.call(() -> Spool.isLeft(options.layout().container(speaker.id())))
                        .compose(left -> left
                                ? opened(speaker).compose(log -> pools.run(log::ended))
                                : Future.succeededFuture()));
    }

    @Override
    public Future<Void> remove(Speaker speaker) {
        return lanes.run(speaker.id(), () -> {
            ContainerLog log = open.remove(speaker.id());
            return log == null ? Future.succeededFuture() : pools.run(log::delete);
        });
    }

    @Override
    public Future<Handle<ByteStream>> read(Speaker speaker, ContainerService.LogOptions wanted, boolean framed) {
        return lanes.run(
                speaker.id(),
                () -> opened(speaker).compose(log -> {
                    log.refuseUnreadable();
                    LogQuery query = LogQuery.logs(wanted, framed);
                    long ends = log.ends();
                    boolean follow = query.follow() && log.spool().isLive();
                    return pools.call(() -> log.read(pools, follow ? query : query.once(), null, ends))
                            .map(reader -> {
                                if (follow && query.untilNanos() > 0) {
                                    endAt(query.untilNanos(), reader);
                                }
                                ByteStream bytes = reader.bytes();
                                return handles.offer(bytes, bytes::close);
                            });
                }));
    }

    /** Following up to a time ends at that time, whether something is said then or not. */
    private void endAt(long untilNanos, LogReader reader) {
        long left = (untilNanos - Times.nowNanos()) / MILLISECOND + 1;
        long timer = vertx.setTimer(Math.max(1, left), over -> reader.finish(Long.MAX_VALUE));
        reader.onClose(() -> vertx.cancelTimer(timer));
    }

    @Override
    public Future<Handle<Followed>> follow(Speaker speaker, FollowOptions wanted) {
        return lanes.run(
                speaker.id(),
                () -> opened(speaker).compose(log -> {
                    long ends = log.ends();
                    LogQuery query =
                            LogQuery.output(wanted.stdout(), wanted.stderr(), wanted.framed(), wanted.stream());
                    return pools.call(() -> log.read(pools, query, wanted.logs() ? null : log.viewFromNow(), ends))
                            .map(reader -> {
                                ByteStream bytes = reader.bytes();
                                return handles.offer(new Followed(bytes, reader::stop), bytes::close);
                            });
                }));
    }

    private FullDisk disk() {
        return Objects.requireNonNull(disk, "served before it was started");
    }

    /** The log of a container, opened if it is not; inside its lane. */
    private Future<ContainerLog> opened(Speaker speaker) {
        ContainerLog known = open.get(speaker.id());
        if (known != null) {
            return Future.succeededFuture(known);
        }
        Pump shared = pump;
        if (shared == null) {
            throw new IllegalStateException("served before it was started");
        }
        return pools.call(() -> ContainerLog.load(source(speaker), speaker.log().type(), options.layout(), shared))
                .onSuccess(log -> open.put(speaker.id(), log));
    }

    private static LogSource source(Speaker speaker) {
        return new LogSource(
                speaker.id(),
                speaker.name(),
                speaker.imageId(),
                speaker.imageName(),
                speaker.createdNanos(),
                speaker.command(),
                speaker.labels(),
                speaker.env(),
                DAEMON,
                speaker.log().config());
    }

    private final class Listener implements Pump.Listener {
        @Override
        public void idle(ContainerLog log) {
            context.runOnContext(idle -> putAway(log));
        }

        @Override
        public void gaveUp(String id, String name, long lines) {
            announce("log_dropped", id, Map.of("name", name, "lines", Long.toString(lines)));
        }

        @Override
        public void cutOff(String id, String name, long bytes) {
            announce("attach_dropped", id, Map.of("name", name, "bytes", Long.toString(bytes)));
        }

        @Override
        public void incomplete(String id, String name, long sinceNanos, String why) {
            announce("log_incomplete", id, Map.of("name", name, "since", Times.rfc3339Nano(sinceNanos), "reason", why));
        }

        private void announce(String action, String id, Map<String, String> attributes) {
            store.write(tx -> tx.announce("container", action, id, attributes))
                    .onFailure(failure -> LOG.warn("Event {} of {} is lost: {}", action, id, failure.toString()));
        }
    }

    private void putAway(ContainerLog log) {
        lanes.run(log.id(), () -> {
            if (open.get(log.id()) == log && log.isIdle()) {
                open.remove(log.id());
                return pools.run(log::close);
            }
            return Future.succeededFuture();
        });
    }
}
