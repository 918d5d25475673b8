package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.AttachOptions;
import io.wharf.contracts.ContainerService.Attached;
import io.wharf.contracts.Handle;
import io.wharf.contracts.LogService;
import io.wharf.streams.DetachKeys;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects a client with a container, running or about to be started.
 *
 * <p>The output is read from the spool, from where it ended when the client came: an attach before the start misses
 * nothing, and every client reads at its own pace in bounded memory. It ends with the run.
 */
final class AttachContainer {
    private static final Logger LOG = LoggerFactory.getLogger(AttachContainer.class);

    private final Room room;
    private final AttachHub hub;

    AttachContainer(Room room, AttachHub hub) {
        this.room = room;
        this.hub = hub;
    }

    Future<Attached> run(String ref, AttachOptions options) {
        Container container = room.containers().get(ref);
        DetachKeys keys = DetachKeys.parse(options.detachKeys());
        switch (container.status()) {
            case PAUSED ->
                throw WharfException.conflict("container " + ref + " is paused, unpause the container before attach");
            case RESTARTING ->
                throw WharfException.conflict(
                        "container " + ref + " is restarting, wait until the container is running");
            case CREATED, RUNNING, EXITED, REMOVING, DEAD -> {}
        }
        boolean tty = container.config().tty();
        // With no stream to wait for there is nothing to stay for.
        boolean stays = options.stream() && (options.stdin() || options.stdout() || options.stderr());
        return room.logs()
                .follow(
                        LogsOfContainer.speaker(container, room.layout()),
                        new LogService.FollowOptions(options.logs(), stays, options.stdout(), options.stderr(), !tty))
                .map(output -> attach(container, room.handles().take(output), options, keys));
    }

    private Attached attach(Container container, LogService.Followed reader, AttachOptions options, DetachKeys keys) {
        boolean tty = container.config().tty();
        AttachPoint point = hub.point(container);
        // Assigned before the first use: neither callback runs before the input exists.
        ConsoleInput[] input = new ConsoleInput[1];
        input[0] = new ConsoleInput(
                tty ? keys.filter() : null,
                () -> detached(container, reader),
                () -> room.context().runOnContext(ended -> point.ended(input[0])));
        if (options.stream() && options.stdin()) {
            point.add(input[0]);
        } else {
            input[0].discarding();
        }
        tell(container, "attach");
        AttachClient client = new AttachClient(reader.bytes(), input[0], () -> {
            input[0].discarding();
            room.context().runOnContext(left -> {
                point.gone(input[0]);
                hub.tidy(container);
            });
        });
        Handle<io.wharf.contracts.Duplex> handle = room.handles().offer(client, client::close);
        return new Attached(handle, tty);
    }

    /** The client leaves, the process does not notice. */
    private void detached(Container container, LogService.Followed reader) {
        reader.stop().run();
        room.context().runOnContext(left -> tell(container, "detach"));
    }

    // Nobody waits for the record of somebody's having looked.
    private void tell(Container container, String action) {
        room.table()
                .announce(container, action, Map.of())
                .onFailure(e -> LOG.warn("{} of {} is not recorded: {}", action, container.id(), e.toString()));
    }
}
