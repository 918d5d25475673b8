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
 * Starts what runc has created, as {@code runc start} does it but without the 4 to 11 ms of a process: the container's
 * init waits to open a fifo for writing, says {@code 0} into it and becomes the program.
 *
 * <p>Its end of the fifo closes with its exec: so after that signals reach the program and not the runtime's init.
 */
final class ExecFifo {
    private static final int TIMEOUT_SECONDS = 10;

    private ExecFifo() {}

    /** Where runc keeps the fifo: it is there exactly as long as the container waits for its start. */
    static Path of(OciRuntime runtime, String id) {
        return runtime.state().resolve(id).resolve("exec.fifo");
    }

    /** Whether this runtime starts so; crun's fifo goes the other way round. */
    static boolean serves(OciRuntime runtime, String id) {
        return runtime.program().getFileName().toString().equals("runc") && Files.exists(of(runtime, id));
    }

    /** Lets the container go on; a failure where its init is gone. */
    static Future<Void> release(Path fifo, IoEventLoop loop, Context context) {
        Promise<Void> promise = Promise.promise();
        Fd fd;
        try {
            fd = Entries.open(fifo.toString(), OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC, 0);
        } catch (LinuxException e) {
            return Future.failedFuture(
                    e.is(Errno.ENOENT) ? new IOException("the container has been started before") : e);
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
                        promise.tryFail(new IOException("the container's init ended before its start"));
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
