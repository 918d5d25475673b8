package io.wharf.containers;

import io.netty.channel.IoEventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Pools;
import io.wharf.streams.LogQuery;
import io.wharf.streams.LogStream;
import io.wharf.streams.LogWatches;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The places where clients meet containers, and how they hear of runs. Confined to the verticle's context.
 *
 * <p>It exists before the {@link Room} that tells it of runs.
 */
final class AttachHub implements RunListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AttachHub.class);

    private final Context context;
    private final IoEventLoop loop;
    private final Pools pools;
    private final LogWatches watches;
    private final Map<String, AttachPoint> points = new HashMap<>();
    private Consumer<Container> onRemoved = container -> {};

    AttachHub(Context context, IoEventLoop loop, Pools pools) {
        this.context = context;
        this.loop = loop;
        this.pools = pools;
        this.watches = LogWatches.on(loop);
    }

    /** Tells of removals. */
    void onRemoved(Consumer<Container> listener) {
        onRemoved = listener;
    }

    AttachPoint point(Container container) {
        return points.computeIfAbsent(container.id(), id -> new AttachPoint(loop, container));
    }

    /** Whether the container's spool still grows. */
    boolean isLive(Container container) {
        AttachPoint point = points.get(container.id());
        return point != null && point.isLive() && container.run() != null;
    }

    LogStream open(Path spool, LogQuery query) {
        return LogStream.open(pools, watches, spool, query);
    }

    /** Has a reader end with the run under way, or with the next one. */
    void follow(Container container, LogStream reader) {
        AttachPoint point = point(container);
        point.add(reader);
        reader.over()
                .onComplete(over -> context.runOnContext(known -> {
                    point.remove(reader);
                    tidy(container);
                }));
    }

    /** Drops the place where nobody is any more. */
    private void tidy(Container container) {
        points.computeIfPresent(container.id(), (id, point) -> point.isUnused() ? null : point);
    }

    @Override
    public Future<Void> prepared(Container container, MonitorFiles files) {
        return begin(container, files);
    }

    @Override
    public Future<Void> adopted(Container container, MonitorFiles files) {
        return begin(container, files);
    }

    private Future<Void> begin(Container container, MonitorFiles files) {
        try {
            point(container).begin(files);
            return Future.succeededFuture();
        } catch (LinuxException e) {
            return Future.failedFuture(e);
        }
    }

    @Override
    public Future<Void> ended(Container container, MonitorFiles files) {
        end(container);
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> removed(Container container) {
        end(container);
        onRemoved.accept(container);
        return Future.succeededFuture();
    }

    private void end(Container container) {
        AttachPoint point = points.remove(container.id());
        if (point != null) {
            point.end();
        } else {
            LOG.debug("nobody met container {}", container.id());
        }
    }

    /** The engine stops: connections end, containers go on. */
    @Override
    public void close() {
        points.values().forEach(AttachPoint::end);
        points.clear();
        watches.close();
    }
}
