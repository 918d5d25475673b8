package io.wharf.linux;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A descriptor watched by an event loop's epoll: pidfds, inotify, pipes, terminals.
 *
 * <p>Edge-triggered: the callback runs on the loop when the descriptor becomes ready, and once at the start where it is
 * already; it reads or writes until there is nothing more, or asks by {@link #again}. The descriptor stays the caller's,
 * who closes it only after the watch is gone: {@link #cancel(Runnable)}. A number can be watched once a loop; for
 * reading and writing watch a {@link Fd#duplicate}.
 */
public final class Readiness {
    /** What to wait for; an error or a hang-up makes both ready. */
    public enum Interest {
        READ,
        WRITE
    }

    private final IoEventLoop loop;
    private final EpollIoOps interest;
    private final Consumer<Readiness> ready;
    private final Promise<Void> registered = Promise.promise();
    // Both are touched on the loop only.
    private @Nullable IoRegistration registration;
    private boolean cancelled;

    private Readiness(IoEventLoop loop, EpollIoOps interest, Consumer<Readiness> ready) {
        this.loop = loop;
        this.interest = interest.with(EpollIoOps.EPOLLET);
        this.ready = ready;
    }

    /** Calls back on the loop whenever the descriptor becomes readable, its peer hangs up or it fails. */
    public static Readiness watch(IoEventLoop loop, Fd fd, Runnable ready) {
        return watch(loop, fd, Interest.READ, ready);
    }

    public static Readiness watch(IoEventLoop loop, Fd fd, Interest interest, Runnable ready) {
        return watch(loop, fd, interest, watch -> ready.run());
    }

    /** The callback gets the watch itself: it may run before this method has returned. */
    static Readiness watch(IoEventLoop loop, Fd fd, Interest interest, Consumer<Readiness> ready) {
        var ops = interest == Interest.READ ? EpollIoOps.EPOLLIN : EpollIoOps.EPOLLOUT;
        var watch = new Readiness(loop, ops, ready);
        var handle = watch.new Handle(new FileDescriptor(fd.value()));
        loop.register(handle).addListener((io.netty.util.concurrent.Future<IoRegistration> result) -> {
            // Without a loop there is nobody to watch: the failure says so.
            if (result.isSuccess()) {
                watch.begin(result.getNow());
            } else {
                watch.registered.fail(result.cause());
            }
        });
        return watch;
    }

    /** Fails where the kernel cannot watch this kind of file (EPERM for regular ones). */
    public Future<Void> registered() {
        return registered.future();
    }

    private void begin(IoRegistration begun) {
        registration = begun;
        if (cancelled) {
            begun.cancel();
        } else {
            begun.submit(interest);
        }
        registered.tryComplete();
    }

    /** Runs the callback once more if the descriptor is ready now; for those who stopped before they had all. */
    public void again() {
        onLoop(() -> {
            var current = registration;
            if (current != null && current.isValid()) {
                current.submit(interest);
            }
        });
    }

    public void cancel() {
        cancel(() -> {});
    }

    /** Ends the watch, then runs {@code afterwards} on the loop: the place to close the descriptor. */
    public void cancel(Runnable afterwards) {
        onLoop(() -> {
            cancelled = true;
            var current = registration;
            if (current != null) {
                current.cancel();
            }
            afterwards.run();
        });
    }

    private void onLoop(Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
            return;
        }
        try {
            loop.execute(action);
        } catch (RejectedExecutionException ended) {
            // The loop has ended and dropped its registrations: nobody else touches this object any more.
            action.run();
        }
    }

    private final class Handle implements EpollIoHandle {
        private final FileDescriptor fd;

        private Handle(FileDescriptor fd) {
            this.fd = fd;
        }

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration source, IoEvent event) {
            if (cancelled) {
                return;
            }
            try {
                ready.accept(Readiness.this);
            } catch (RuntimeException e) {
                LoggerFactory.getLogger(Readiness.class).error("Callback of {} failed", fd, e);
            }
        }

        /** The loop ends; the descriptor is its owner's to close. */
        @Override
        public void close() {}
    }
}
