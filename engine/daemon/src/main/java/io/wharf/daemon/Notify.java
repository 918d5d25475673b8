package io.wharf.daemon;

import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.UnixDatagrams;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service manager is told (sd_notify(3)): ready, reloading, stopping, and, as often as it wants to hear it, that
 * the event loops and the store still answer. Without one that listens, nothing.
 */
final class Notify {
    private static final Logger LOG = LoggerFactory.getLogger(Notify.class);
    private static final long NANOS_PER_MICRO = 1000;

    private final String socket;
    private final long watchdogMicros;
    private final AtomicBoolean asked = new AtomicBoolean();

    /**
     * A voice.
     *
     * @param socket path of the manager's socket, beginning with an @ where it is of the abstract kind; empty for none
     * @param watchdogMicros after so long a silence the manager ends the process; 0 for never
     */
    Notify(String socket, long watchdogMicros) {
        this.socket = socket;
        this.watchdogMicros = watchdogMicros;
    }

    static Notify ofEnvironment() {
        return of(System.getenv(), ProcessHandle.current().pid());
    }

    static Notify of(Map<String, String> environment, long pid) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        String wanted = environment.getOrDefault("WATCHDOG_USEC", "0");
        String whose = environment.getOrDefault("WATCHDOG_PID", "");
        boolean ours = whose.isEmpty() || whose.equals(Long.toString(pid));
        try {
            return new Notify(socket, ours ? Math.max(0, Long.parseLong(wanted)) : 0);
        } catch (NumberFormatException e) {
            return new Notify(socket, 0);
        }
    }

    void ready(String status) {
        send("READY=1\nSTATUS=" + status);
    }

    /** With the clock's time, by which the manager tells this reload from another. */
    void reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / NANOS_PER_MICRO);
    }

    void reloaded() {
        send("READY=1");
    }

    void stopping() {
        send("STOPPING=1\nSTATUS=Stopping");
    }

    /**
     * Tells that the engine lives, twice in the time that the manager grants, while all of its event loops and the store
     * answer.
     *
     * @param store asks it for something; an error is an answer too, for a restart mends no full disk
     */
    void watch(Vertx vertx, Supplier<Future<?>> store) {
        if (socket.isEmpty() || watchdogMicros == 0) {
            return;
        }
        long every = Math.max(1, TimeUnit.MICROSECONDS.toMillis(watchdogMicros) / 2);
        vertx.setPeriodic(0, every, due -> ask((VertxInternal) vertx, store));
    }

    private void ask(VertxInternal vertx, Supplier<Future<?>> store) {
        List<EventExecutor> loops = new ArrayList<>();
        vertx.nettyEventLoopGroup().forEach(loops::add);
        AtomicInteger silent = new AtomicInteger(loops.size());
        for (EventExecutor loop : loops) {
            loop.execute(() -> {
                // One question at a time: a store that stands still is not to find a heap of them.
                if (silent.decrementAndGet() == 0 && asked.compareAndSet(false, true)) {
                    store.get().onComplete(answered -> {
                        asked.set(false);
                        send("WATCHDOG=1");
                    });
                }
            });
        }
    }

    private void send(String message) {
        if (socket.isEmpty()) {
            return;
        }
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        try (Fd from = UnixDatagrams.open()) {
            if (!UnixDatagrams.send(from, socket, bytes, 0, bytes.length)) {
                LOG.warn("the service manager does not read: {}", message);
            }
        } catch (LinuxException e) {
            LOG.warn(
                    "cannot tell the service manager {}: {}",
                    message.lines().findFirst().orElse(""),
                    e.getMessage());
        }
    }
}
