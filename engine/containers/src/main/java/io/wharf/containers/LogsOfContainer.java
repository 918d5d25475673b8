package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Layout;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.LogBytes;
import io.wharf.contracts.ContainerService.LogOptions;
import io.wharf.contracts.LogService.Speaker;
import io.wharf.oci.Command;

/** Answers {@code docker logs}, and tells the logs room who it is that speaks. */
final class LogsOfContainer {
    private final Room room;

    LogsOfContainer(Room room) {
        this.room = room;
    }

    Future<LogBytes> run(String ref, LogOptions options) {
        if (!options.stdout() && !options.stderr()) {
            throw WharfException.invalid("You must choose at least one stream");
        }
        Container container = room.containers().get(ref);
        if (container.status() == Status.DEAD || container.status() == Status.REMOVING) {
            throw WharfException.conflict("can not get logs from container which is dead or marked for removal");
        }
        boolean tty = container.config().tty();
        return room.logs()
                .read(speaker(container, room.layout()), options, !tty || options.alwaysFramed())
                .map(bytes -> new LogBytes(bytes, tty));
    }

    static Speaker speaker(Container container, Layout layout) {
        Definition definition = container.definition();
        Command command = definition.command();
        return new Speaker(
                container.id(),
                container.name(),
                definition.imageId(),
                String.valueOf(container.config().image()),
                definition.createdNanos(),
                command.args().isEmpty() ? command.path() : command.path() + " " + String.join(" ", command.args()),
                container.config().labels(),
                container.config().env(),
                container.host().logConfig(),
                container.files(layout).control());
    }

    /** Where log shippers find the log; empty where it is not in a file for them. */
    static String path(Container container, Layout layout) {
        return container.host().logConfig().type().equals("json-file")
                ? layout.jsonLog(container.id()).toString()
                : "";
    }
}
