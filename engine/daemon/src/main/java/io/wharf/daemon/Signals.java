package io.wharf.daemon;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What signals do: SIGTERM and SIGINT stop in order, a second one at once; SIGUSR1 writes the stacks to the log; SIGHUP
 * has what the configuration says of registries read anew.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    static void install(Engine engine, Runnable reload) {
        Runnable stop = () -> {
            if (engine.isStopping()) {
                LOG.warn("second signal: leaving at once");
                Runtime.getRuntime().halt(2);
            }
            // The signal thread must stay free for the second one.
            stopper(engine::stopAndExit).start();
        };
        handle("TERM", stop);
        handle("INT", stop);
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
        sun.misc.Signal.handle(new sun.misc.Signal(name), signal -> action.run());
    }

    private static void writeStacks() {
        StringBuilder text = new StringBuilder("stacks of all threads\n");
        for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
            text.append(thread);
        }
        LOG.info("{}", text);
    }
}
