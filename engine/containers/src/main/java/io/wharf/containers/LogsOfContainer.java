package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ContainerService.LogBytes;
import io.wharf.contracts.ContainerService.LogOptions;
import io.wharf.streams.LogQuery;
import io.wharf.streams.LogStream;

/** Answers {@code docker logs} from the spool; following ends with the run, and where none is under way at once. */
final class LogsOfContainer {
    private static final long MILLISECOND = 1_000_000;

    private final Room room;
    private final AttachHub hub;

    LogsOfContainer(Room room, AttachHub hub) {
        this.room = room;
        this.hub = hub;
    }

    Future<LogBytes> run(String ref, LogOptions options) {
        if (!options.stdout() && !options.stderr()) {
            throw WharfException.invalid("You must choose at least one stream");
        }
        Container container = room.containers().get(ref);
        if (container.status() == Status.DEAD || container.status() == Status.REMOVING) {
            throw WharfException.conflict("can not get logs from container which is dead or marked for removal");
        }
        if ("none".equals(container.host().logConfig().type())) {
            throw WharfException.notImplemented("configured logging driver does not support reading");
        }
        boolean tty = container.config().tty();
        LogQuery query = LogQuery.logs(options, !tty);
        boolean follow = query.follow() && hub.isLive(container);
        LogStream stream = hub.open(room.files(container).spool(), follow ? query : query.once());
        ByteStream bytes = stream.bytes();
        if (follow) {
            hub.follow(container, stream);
            endAt(query.untilNanos(), stream);
        }
        return Future.succeededFuture(new LogBytes(room.handles().offer(bytes, bytes::close), tty));
    }

    /** Following up to a time ends at that time, whether something is said then or not. */
    private void endAt(long untilNanos, LogStream stream) {
        if (untilNanos > 0) {
            long left = (untilNanos - Times.nowNanos()) / MILLISECOND + 1;
            room.vertx().setTimer(Math.max(1, left), over -> stream.finish());
        }
    }
}
