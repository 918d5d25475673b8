package io.wharf.daemon;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What signals do: SIGTERM and SIGINT stop in order, a second one with less patience, a third at once; SIGUSR1 writes the
 * stacks to the log; SIGHUP has the configuration read anew.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * Installs them.
     *
     * @param stop called by the first two, each time on a thread of its own
     */
    static void install(Runnable stop, Runnable reload) {
        AtomicInteger count = new AtomicInteger();
        for (String name : List.of("TERM", "INT")) {
            handle(name, () -> {
                switch (count.incrementAndGet()) {
                    case 1 -> LOG.info("SIG{}", name);
                    case 2 -> LOG.warn("SIG{} once more: leaving without patience", name);
                    default -> {
                        LOG.warn("3 signals: leaving at once");
                        Runtime.getRuntime().halt(128 + new sun.misc.Signal(name).getNumber());
                    }
                }
                // The signal thread must stay free for the next one.
                stopper(stop).start();
            });
        }
        handle("USR1", Signals::writeStacks);
        // Left to the JVM it would end the process out of order, when a terminal closes or a tool asks for a reload.
        handle("HUP", () -> {
            try {
                reload.run();
            } catch (RuntimeException e) {
                LOG.error("SIGHUP: nothing changes: {}", e.getMessage());
            }
        });
    }

    /** Not a daemon, as it would be by birth: the JVM would leave once the event loops are gone, before the store is closed. */
    static Thread stopper(Runnable stop) {
        return Thread.ofPlatform().name("wharf-stop").daemon(false).unstarted(stop);
    }

    // The JDK has no supported way to handle a signal; this one is in jdk.unsupported, which every JDK ships.
    private static void handle(String name, Runnable action) {
        sun.misc.Signal asked = new sun.misc.Signal(name);
        io.wharf.linux.Signals.heed(asked.getNumber());
        sun.misc.Signal.handle(asked, signal -> action.run());
    }

    private static void writeStacks() {
        StringBuilder text = new StringBuilder("stacks of all threads\n");
        for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
            text.append(thread);
        }
        LOG.info("{}", text);
    }
}
