package io.wharf.containers;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.linux.Child;
import io.wharf.linux.Entries;
import io.wharf.linux.ExitStatus;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.ProcessExit;
import io.wharf.linux.Signals;
import io.wharf.oci.OciRuntime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one of the runtime's own commands. No thread waits for it, so that a stuck one delays nobody; and it has a limit
 * in time, after which it is killed with all that it started.
 */
final class RuntimeCommand {
    private static final Logger LOG = LoggerFactory.getLogger(RuntimeCommand.class);
    private static final int MILLIS = 1000;

    private final Room room;

    RuntimeCommand(Room room) {
        this.room = room;
    }

    /** A runtime's complaint, in its own words. */
    static final class Failed extends IOException {
        private static final long serialVersionUID = 1L;

        Failed(String message) {
            super(message);
        }
    }

    /**
     * Runs a command on a container to its end; fails with {@link Failed} where the runtime does.
     *
     * @param scratch an existing folder for what it complains of
     */
    Future<Void> run(OciRuntime runtime, Path scratch, List<String> command) {
        Path log = scratch.resolve("runtime.log");
        Path errors = scratch.resolve("runtime.err");
        List<String> arguments = new ArrayList<>(List.of("--log", log.toString(), "--log-format", "json"));
        arguments.addAll(command);
        return room.pools()
                .call(() -> {
                    Files.deleteIfExists(log);
                    try (Fd err = Entries.open(
                            errors.toString(), OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC, 0600)) {
                        return room.processes()
                                .spawn(runtime.spawn(runtime.argv(arguments))
                                        .descriptor(err, 2)
                                        .newSession()
                                        .build());
                    }
                })
                .compose(child -> ended(child, runtime.name() + " " + command.getFirst()))
                .compose(status -> status.success()
                        ? Future.succeededFuture()
                        : room.pools().call(() -> {
                            throw new Failed(reason(log, errors, status));
                        }));
    }

    private static String reason(Path log, Path errors, ExitStatus status) throws IOException {
        String said = Files.readString(errors, StandardCharsets.ISO_8859_1).strip();
        return OciRuntime.firstError(log).orElse(said.isEmpty() ? "the runtime ended with " + status : said);
    }

    /**
     * How a child that leads a session of its own ends; reaped, and its handle closed.
     *
     * @param what for the message, where it takes too long
     */
    Future<ExitStatus> ended(Child child, String what) {
        Promise<ExitStatus> promise = Promise.promise();
        long timer = room.vertx().setTimer((long) Limits.RUNTIME_SECONDS * MILLIS, late -> {
            if (promise.tryFail(new Failed(tooLong(what)))) {
                killGroup(child.pid());
            }
        });
        ProcessExit.watch(room.loop(), room.processes(), child.pidfd(), status -> {
            child.pidfd().close();
            room.context().runOnContext(ended -> {
                room.vertx().cancelTimer(timer);
                promise.tryComplete(status.orElseThrow());
            });
        });
        return promise.future();
    }

    static String tooLong(String what) {
        return what + " did not end within " + Limits.RUNTIME_SECONDS + " seconds and was killed";
    }

    /** Not reaped yet, so the number is still its own. */
    private void killGroup(int leader) {
        try {
            room.processes().kill(-leader, Signals.SIGKILL);
        } catch (LinuxException e) {
            LOG.debug("process group {} has ended: {}", leader, e.getMessage());
        }
    }
}
