package io.wharf.daemon;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** What signals do: SIGTERM and SIGINT stop in order, a second one at once; SIGUSR1 writes the stacks to the log. */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    static void install(Engine engine) {
        Runnable stop = () -> {
            if (engine.isStopping()) {
                LOG.warn("second signal: leaving at once");
                Runtime.getRuntime().halt(2);
            }
            // The signal thread must stay free for the second one.
            Thread.ofPlatform().name("wharf-stop").start(engine::stopAndExit);
        };
        Signal.handle(new Signal("TERM"), signal -> stop.run());
        Signal.handle(new Signal("INT"), signal -> stop.run());
        Signal.handle(new Signal("USR1"), signal -> writeStacks());
    }

    private static void writeStacks() {
        StringBuilder text = new StringBuilder("stacks of all threads\n");
        for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
            text.append(thread);
        }
        LOG.info("{}", text);
    }
}
