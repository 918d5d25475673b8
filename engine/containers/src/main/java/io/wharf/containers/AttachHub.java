package io.wharf.containers;

import io.netty.channel.IoEventLoop;
import io.vertx.core.Future;
import io.wharf.base.Layout;
import io.wharf.contracts.LogService;
import io.wharf.linux.LinuxException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The places where clients meet containers, and how they and the logs hear of runs. Confined to the verticle's context.
 *
 * <p>It exists before the {@link Room} that tells it of runs.
 */
final class AttachHub implements RunListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AttachHub.class);

    private final IoEventLoop loop;
    private final LogService logs;
    private final Layout layout;
    private final Map<String, AttachPoint> points = new HashMap<>();
    private Consumer<Container> onRemoved = container -> {};

    AttachHub(IoEventLoop loop, LogService logs, Layout layout) {
        this.loop = loop;
        this.logs = logs;
        this.layout = layout;
    }

    /** Tells of removals. */
    void onRemoved(Consumer<Container> listener) {
        onRemoved = listener;
    }

    AttachPoint point(Container container) {
        return points.computeIfAbsent(container.id(), id -> new AttachPoint(loop, container));
    }

    @Override
    public Future<Void> preparing(Container container) {
        return logs.prepare(LogsOfContainer.speaker(container, layout));
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
        } catch (LinuxException e) {
            return Future.failedFuture(e);
        }
        return logs.begin(LogsOfContainer.speaker(container, layout));
    }

    @Override
    public Future<Void> ended(Container container, MonitorFiles files) {
        end(container);
        return logs.ended(LogsOfContainer.speaker(container, layout));
    }

    @Override
    public Future<Void> removed(Container container) {
        end(container);
        onRemoved.accept(container);
        return logs.remove(LogsOfContainer.speaker(container, layout));
    }

    @Override
    public Future<Void> atRest(Container container) {
        return logs.resume(LogsOfContainer.speaker(container, layout));
    }

    private void end(Container container) {
        AttachPoint point = points.remove(container.id());
        if (point != null) {
            point.end();
        } else {
            LOG.debug("nobody met container {}", container.id());
        }
    }

    /** Drops the place where nobody is any more. */
    void tidy(Container container) {
        points.computeIfPresent(container.id(), (id, point) -> point.isUnused() ? null : point);
    }

    /** The engine stops: connections end, containers go on. */
    @Override
    public void close() {
        points.values().forEach(AttachPoint::end);
        points.clear();
    }
}
