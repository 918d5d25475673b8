package io.wharf.containers;

import io.netty.channel.IoEventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Readiness;
import io.wharf.oci.OciRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Starts what runc or crun has created, as their {@code start} does it but without the 4 to 11 ms of a process, and
 * without its way of waiting for ever for an init that has been killed.
 *
 * <p>runc's init waits to open a fifo for writing, says {@code 0} into it and becomes the program; its end of the fifo
 * closes with its exec, so after that signals reach the program and not the runtime's init. crun's holds the fifo open
 * and waits for a byte.
 */
final class ExecFifo {
    private static final int TIMEOUT_SECONDS = 10;
    /** What is said of a start whose container ended before it. */
    static final String GONE = "the container's init ended before its start";

    private static final String STARTED = "the container has been started before";

    private ExecFifo() {}

    /** Where both keep the fifo: it is there exactly as long as the container waits for its start. */
    static Path of(OciRuntime runtime, String id) {
        return runtime.state().resolve(id).resolve("exec.fifo");
    }

    /** Whether a container of this runtime waits for its start. */
    static boolean serves(OciRuntime runtime, String id) {
        return ReleaseProcess.isKnown(runtime) && Files.exists(of(runtime, id));
    }

    /** Lets the container go on; a failure where its init is gone. */
    static Future<Void> release(OciRuntime runtime, String id, IoEventLoop loop, Context context) {
        Path fifo = of(runtime, id);
        return runtime.program().getFileName().toString().equals("crun") ? write(fifo) : read(fifo, loop, context);
    }

    private static Future<Void> write(Path fifo) {
        // Not blocking: without its reader, the init, that is an error.
        try (Fd fd =
                Entries.open(fifo.toString(), OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC, 0)) {
            fd.writeAll(new byte[1]);
            // By its absence a started container is known; after a crash in between, nobody reads it any more.
            Files.deleteIfExists(fifo);
            return Future.succeededFuture();
        } catch (LinuxException e) {
            return Future.failedFuture(
                    e.is(Errno.ENXIO, Errno.EPIPE)
                            ? new IOException(GONE)
                            : e.is(Errno.ENOENT) ? new IOException(STARTED) : e);
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
    }

    private static Future<Void> read(Path fifo, IoEventLoop loop, Context context) {
        Promise<Void> promise = Promise.promise();
        Fd fd;
        try {
            fd = Entries.open(fifo.toString(), OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC, 0);
        } catch (LinuxException e) {
            return Future.failedFuture(e.is(Errno.ENOENT) ? new IOException(STARTED) : e);
        }
        byte[] said = new byte[1];
        boolean[] heard = new boolean[1];
        Readiness[] watch = new Readiness[1];
        watch[0] = Readiness.watch(loop, fd, () -> {
            while (fd.isOpen()) {
                int count = fd.read(said, 0, 1);
                if (count < 0) {
                    return;
                }
                if (count > 0) {
                    heard[0] = true;
                    continue;
                }
                watch[0].cancel(fd::close);
                context.runOnContext(read -> {
                    if (heard[0]) {
                        promise.tryComplete();
                    } else {
                        promise.tryFail(new IOException(GONE));
                    }
                });
            }
        });
        return promise.future()
                .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .onComplete(done -> {
                    if (fd.isOpen()) {
                        watch[0].cancel(fd::close);
                    }
                })
                .compose(done -> {
                    try {
                        // Its absence is how the runtime's own commands see that the container runs.
                        Files.deleteIfExists(fifo);
                        return Future.succeededFuture();
                    } catch (IOException e) {
                        return Future.failedFuture(e);
                    }
                });
    }
}
