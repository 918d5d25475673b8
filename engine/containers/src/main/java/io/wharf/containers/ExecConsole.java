package io.wharf.containers;

import io.netty.channel.IoEventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Readiness;
import io.wharf.linux.UnixSockets;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a runtime hands over the master of the terminal that it made: one connection, one message, one descriptor.
 * Source: "Detached" mode in runc's {@code docs/terminals.md}.
 */
final class ExecConsole implements AutoCloseable {
    private static final int MESSAGE_BYTES = 4096;

    private final Context context;
    private final IoEventLoop loop;
    private final Fd listener;
    private final Promise<Fd> master = Promise.promise();
    private final Readiness listening;
    private @Nullable Fd connection;
    private @Nullable Readiness receiving;

    private ExecConsole(Context context, IoEventLoop loop, Fd listener) {
        this.context = context;
        this.loop = loop;
        this.listener = listener;
        this.listening = Readiness.watch(loop, listener, this::accept);
    }

    /** Listens; the answer to {@link #master} comes on the context. */
    static ExecConsole listen(Context context, IoEventLoop loop, Path socket) {
        return new ExecConsole(context, loop, UnixSockets.listen(UnixSockets.Type.STREAM, socket.toString(), 1));
    }

    /** The terminal, which is then the caller's. */
    Future<Fd> master() {
        return master.future();
    }

    private void accept() {
        if (connection == null && listener.isOpen()) {
            UnixSockets.accept(listener).ifPresent(accepted -> {
                connection = accepted;
                receiving = Readiness.watch(loop, accepted, this::receive);
            });
        }
    }

    private void receive() {
        Fd from = connection;
        if (from == null || !from.isOpen() || master.future().isComplete()) {
            return;
        }
        try {
            Optional<UnixSockets.Message> message = UnixSockets.receive(from, MESSAGE_BYTES);
            message.flatMap(UnixSockets.Message::descriptor)
                    .ifPresent(terminal -> context.runOnContext(received -> {
                        if (!master.tryComplete(terminal)) {
                            terminal.close();
                        }
                    }));
        } catch (LinuxException e) {
            context.runOnContext(failed -> master.tryFail(e));
        }
    }

    /** Listens no more; a terminal that comes too late is closed. */
    @Override
    public void close() {
        listening.cancel(listener::close);
        loop.execute(() -> {
            Readiness watch = receiving;
            Fd open = connection;
            if (watch != null && open != null) {
                watch.cancel(open::close);
            }
        });
        context.runOnContext(closed -> master.tryFail("no terminal came"));
    }
}
