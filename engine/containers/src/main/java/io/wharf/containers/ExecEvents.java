package io.wharf.containers;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the journal of execs, and remembers for each how it ended. */
final class ExecEvents {
    /** Of a process whose end nobody saw: killed, as far as anybody can tell. */
    static final int UNKNOWN = 137;

    private static final Logger LOG = LoggerFactory.getLogger(ExecEvents.class);

    private final ContainerTable table;
    private final Consumer<Exec> over;

    /**
     * For all execs.
     *
     * @param over called for each that has ended, or could not start
     */
    ExecEvents(ContainerTable table, Consumer<Exec> over) {
        this.table = table;
        this.over = over;
    }

    void created(Exec exec) {
        tell(exec, "exec_create: " + command(exec), Map.of());
    }

    void started(Exec exec) {
        tell(exec, "exec_start: " + command(exec), Map.of());
    }

    void detached(Exec exec) {
        tell(exec, "exec_detach", Map.of());
    }

    void ended(Exec exec, int code) {
        exec.exits(code);
        tell(exec, "exec_die", Map.of("exitCode", Integer.toString(code)));
        over.accept(exec);
    }

    /** It never ran. */
    void notStarted(Exec exec, int code) {
        exec.exits(code);
        over.accept(exec);
    }

    /**
     * Nothing but the journal depends on these, for an exec lives in memory alone until it runs; and a client that waits
     * for it must not wait for the disk. They become visible in their order, each when it is durable.
     */
    private void tell(Exec exec, String action, Map<String, String> more) {
        announce(exec, action, more)
                .onFailure(e -> LOG.warn("{} of exec {} is not recorded: {}", action, exec.id(), e.toString()));
    }

    private Future<Void> announce(Exec exec, String action, Map<String, String> more) {
        Map<String, String> attributes = new HashMap<>(more);
        attributes.put("execID", exec.id());
        return table.announce(exec.container(), action, attributes);
    }

    /** As Docker writes it: the program, a blank, the arguments, of which there may be none. */
    private static String command(Exec exec) {
        List<String> words = exec.config().cmd();
        return words.size() == 1 ? words.getFirst() + " " : String.join(" ", words);
    }
}
