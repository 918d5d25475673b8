package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.base.KernelObject;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.Attached;
import io.wharf.contracts.ExecService;
import io.wharf.streams.DetachKeys;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All execs by id, and the way to each verb. Confined to the verticle's context. */
final class ExecCommands implements ExecService {
    /** How long an exec can be asked about after its end, in milliseconds; as Docker. */
    private static final long REMEMBERED = 300_000;

    private final Room room;
    private final Runnable orphaned;
    private final ExecAttached attached;
    private final ExecDetached detached;
    private final ExecEvents events;
    private final Map<String, Exec> execs = new LinkedHashMap<>();

    /**
     * The execs of this room.
     *
     * @param orphaned called when an exec may have left children to us
     */
    ExecCommands(Room room, Runnable orphaned) {
        this.room = room;
        this.orphaned = orphaned;
        this.events = new ExecEvents(room.table(), this::over);
        this.attached = new ExecAttached(room, events);
        this.detached = new ExecDetached(room, events);
        // The runtime starts a process and ends; the process then becomes our child, and its exit code ours to take.
        room.processes().becomeSubreaper();
    }

    /** Finds what earlier lives of the engine have left running; after the containers' own recovery. */
    Future<Void> recover() {
        return room.ledger().ofKind(ExecRecord.KIND).compose(records -> {
            List<Future<Void>> all = new ArrayList<>();
            records.forEach(record -> all.add(recover(record)));
            return Future.join(all).mapEmpty();
        });
    }

    private Future<Void> recover(KernelObject record) {
        ExecRecord known = Json.read(record.detail(), ExecRecord.class);
        Optional<Container> container = room.containers().find(record.owner());
        if (container.isEmpty() || !known.detached()) {
            return forget(room, folder(record.owner(), record.key()), record.key());
        }
        Exec exec = new Exec(record.key(), container.get(), known.config(), DetachKeys.DEFAULT);
        exec.detaches();
        execs.put(exec.id(), exec);
        return detached.adopt(exec, folder(exec), known).onSuccess(adopted -> {
            if (exec.phase() == Exec.Phase.EXITED) {
                over(exec);
            }
        });
    }

    /** Takes the folder of an exec away and strikes it out. */
    static Future<Void> forget(Room room, ExecFolder folder, String id) {
        return room.pools().run(folder::delete).compose(gone -> room.ledger().strike(ExecRecord.KIND, id));
    }

    /** Ids of a container's execs that have not ended; those that have are remembered, but no longer shown. */
    List<String> of(String containerId) {
        return execs.values().stream()
                .filter(exec -> exec.container().id().equals(containerId) && exec.exitCode() == null)
                .map(Exec::id)
                .toList();
    }

    @Override
    public Future<String> create(String containerRef, ExecConfig config) {
        Container container = room.containers().get(containerRef);
        if (config.cmd().isEmpty()) {
            throw WharfException.invalid("No exec command specified");
        }
        checkRuns(container);
        room.expectProcess();
        DetachKeys keys =
                DetachKeys.parse(config.detachKeys(), "Invalid escape keys (" + config.detachKeys() + ") provided");
        Exec exec = new Exec(Ids.random(), container, config, keys);
        exec.process(ExecProcess.begin(room, exec, config.consoleSize()));
        execs.put(exec.id(), exec);
        events.created(exec);
        return Future.succeededFuture(exec.id());
    }

    private static void checkRuns(Container container) {
        switch (container.status()) {
            case RUNNING -> {}
            case PAUSED ->
                throw WharfException.conflict(
                        "Container " + container.id() + " is paused, unpause the container before exec");
            case RESTARTING ->
                throw WharfException.conflict(
                        "Container " + container.id() + " is restarting, wait until the container is running");
            case CREATED, EXITED, REMOVING, DEAD ->
                throw WharfException.conflict("Container " + container.id() + " is not running");
        }
    }

    @Override
    public Future<Attached> start(String execId, ExecStart options) {
        Exec exec = starting(execId);
        return attached.run(exec, options).recover(failure -> failed(exec, failure));
    }

    @Override
    public Future<Void> startDetached(String execId, ExecStart options) {
        Exec exec = starting(execId);
        exec.detaches();
        return detached.run(exec, options, folder(exec)).recover(failure -> failed(exec, failure));
    }

    private <T> Future<T> failed(Exec exec, Throwable cause) {
        ExecFailure failure = ExecFailure.of(cause);
        orphaned.run();
        if (exec.phase() == Exec.Phase.STARTING) {
            events.notStarted(exec, failure.exitCode());
        }
        return Future.failedFuture(failure.refusal());
    }

    @Override
    public Future<Void> ready(String execId) {
        startable(execId);
        return Future.succeededFuture();
    }

    private Exec starting(String execId) {
        Exec exec = startable(execId);
        room.expectProcess();
        exec.starts();
        return exec;
    }

    private Exec startable(String execId) {
        Exec exec = get(execId);
        switch (exec.phase()) {
            case CREATED -> {}
            case STARTING, RUNNING ->
                throw WharfException.conflict("Error: Exec command " + execId + " is already running");
            case EXITED -> throw WharfException.conflict("Error: Exec command " + execId + " has already run");
        }
        checkRuns(exec.container());
        return exec;
    }

    @Override
    public Future<Void> resize(String execId, int height, int width) {
        Exec exec = get(execId);
        if (exec.phase() != Exec.Phase.RUNNING) {
            throw WharfException.conflict("exec " + execId + " is not running");
        }
        Exec.Console console = exec.console();
        if (console != null) {
            console.resize(height, width);
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<ExecDetail> inspect(String execId) {
        Exec exec = get(execId);
        ExecConfig config = exec.config();
        List<String> cmd = config.cmd();
        return Future.succeededFuture(new ExecDetail(
                exec.id(),
                exec.phase() == Exec.Phase.RUNNING,
                exec.exitCode(),
                new ProcessConfig(
                        config.tty(), cmd.getFirst(), cmd.subList(1, cmd.size()), config.privileged(), config.user()),
                config.attachStdin(),
                config.attachStderr(),
                config.attachStdout(),
                false,
                exec.container().id(),
                config.detachKeys() == null || config.detachKeys().isEmpty()
                        ? ""
                        : exec.keys().encoded(),
                exec.pid()));
    }

    @Override
    public Future<Void> discard(String execId) {
        Exec exec = execs.get(execId);
        if (exec != null) {
            exec.discard();
            switch (exec.phase()) {
                case CREATED, EXITED -> forget(exec);
                case STARTING, RUNNING -> orphaned.run();
            }
        }
        return Future.succeededFuture();
    }

    private void forget(Exec exec) {
        if (execs.remove(exec.id()) != null && exec.detached()) {
            detached.forget(exec, folder(exec));
        }
    }

    /** An exec is as unknown as its container. */
    private Exec get(String execId) {
        Exec exec = execs.get(execId);
        if (exec == null || room.containers().find(exec.container().id()).isEmpty()) {
            throw WharfException.notFound("No such exec instance: " + execId);
        }
        return exec;
    }

    private void over(Exec exec) {
        if (exec.discarded()) {
            forget(exec);
        } else {
            room.vertx().setTimer(REMEMBERED, forgotten -> forget(exec));
        }
    }

    /** Execs of a removed container go with it. */
    void drop(Container container) {
        List<Exec> gone = execs.values().stream()
                .filter(exec -> exec.container() == container)
                .toList();
        gone.forEach(this::forget);
    }

    private ExecFolder folder(Exec exec) {
        return folder(exec.container().id(), exec.id());
    }

    private ExecFolder folder(String containerId, String execId) {
        return new ExecFolder(MonitorFiles.ofExec(room.layout(), containerId, execId));
    }
}
