package io.wharf.containers;

import io.wharf.contracts.ExecService.ExecConfig;
import io.wharf.contracts.ExecService.ExecStart;
import io.wharf.streams.DetachKeys;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A further process of a container: asked for, started once, remembered for a while after its end. Confined to the
 * verticle's context.
 *
 * <pre>
 *   CREATED --start--> STARTING --> RUNNING --> EXITED
 *                          |                      ^
 *                          +--- could not start --+
 * </pre>
 */
final class Exec {
    enum Phase {
        CREATED,
        STARTING,
        RUNNING,
        EXITED
    }

    /** Something by which its terminal can be given a size. */
    interface Console {
        void resize(int height, int width);
    }

    private final String id;
    private final Container container;
    private final ExecConfig config;
    private final DetachKeys keys;
    private Phase phase = Phase.CREATED;
    private int pid;
    private @Nullable Integer exitCode;
    private @Nullable Console console;
    private @Nullable Runnable killer;
    private boolean discarded;
    private boolean detached;
    private @Nullable ExecProcess process;

    Exec(String id, Container container, ExecConfig config, DetachKeys keys) {
        this.id = id;
        this.container = container;
        this.config = config;
        this.keys = keys;
    }

    String id() {
        return id;
    }

    Container container() {
        return container;
    }

    ExecConfig config() {
        return config;
    }

    DetachKeys keys() {
        return keys;
    }

    /** What the runtime is to run, where that was worked out before the start; given once. */
    @Nullable
    ExecProcess takeProcess() {
        ExecProcess early = process;
        process = null;
        return early;
    }

    void process(ExecProcess early) {
        process = early;
    }

    /** Height and width that its terminal starts with; those of the start go before those of the creation. */
    List<Integer> consoleSize(ExecStart options) {
        return options.consoleSize().isEmpty() ? config.consoleSize() : options.consoleSize();
    }

    Phase phase() {
        return phase;
    }

    int pid() {
        return pid;
    }

    @Nullable
    Integer exitCode() {
        return exitCode;
    }

    @Nullable
    Console console() {
        return console;
    }

    /** It gets a monitor of its own, and files that outlive the engine. */
    void detaches() {
        detached = true;
    }

    boolean detached() {
        return detached;
    }

    void starts() {
        phase = Phase.STARTING;
    }

    void runs(int hostPid, @Nullable Console terminal) {
        phase = Phase.RUNNING;
        pid = hostPid;
        console = terminal;
    }

    /** What kills the process and what it has started, while it runs. */
    void killedBy(Runnable kill) {
        killer = kill;
    }

    /** Nobody will ask about it: it is killed where it runs, and forgotten when it is over. */
    void discard() {
        discarded = true;
        if (killer != null) {
            killer.run();
        }
    }

    boolean discarded() {
        return discarded;
    }

    /** Over, whether it ran or not. */
    void exits(int code) {
        killer = null;
        phase = Phase.EXITED;
        exitCode = code;
        console = null;
    }
}
