package io.wharf.health;

import io.vertx.core.Future;
import io.wharf.contracts.ContainerService.Attached;
import io.wharf.contracts.Duplex;
import io.wharf.contracts.ExecService.ExecConfig;
import io.wharf.contracts.ExecService.ExecDetail;
import io.wharf.contracts.ExecService.ExecStart;
import io.wharf.contracts.HealthPlan;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A program run inside the container as an exec. Its time begins when it runs; for the start of the exec itself there is
 * another limit. It is killed when its time is up, and its exec is forgotten.
 */
final class CommandProbe extends RunningProbe {
    private static final long START_LIMIT = TimeUnit.SECONDS.toNanos(30);
    private static final ExecStart ATTACHED = new ExecStart(false, false, List.of());

    private final HealthPlan.Command command;
    private final ProbeOutput output = new ProbeOutput();
    private @Nullable String exec;
    private @Nullable Duplex streams;

    CommandProbe(Tools tools, HealthPlan plan, HealthPlan.Command command) {
        super(tools, plan);
        this.command = command;
    }

    @Override
    void work() {
        limit(
                START_LIMIT,
                () -> finish(NO_EXIT, "timed out starting health check for container " + plan.containerId()));
        tools.execs()
                .create(
                        plan.containerId(),
                        new ExecConfig(
                                "", false, false, List.of(), false, true, true, null, List.of(), "", command.argv()))
                .compose(this::start)
                .onComplete(this::started, this::fail);
    }

    private Future<Attached> start(String id) {
        if (isOver()) {
            // Whoever let go of everything did not know of it yet.
            tools.execs().discard(id);
            return Future.failedFuture("the probe is over");
        }
        exec = id;
        return tools.execs().start(id, ATTACHED);
    }

    private void started(Attached attached) {
        Duplex taken = tools.handles().take(attached.streams());
        streams = taken;
        if (isOver()) {
            release();
            return;
        }
        endTurn();
        limitTime();
        // Read to the end whatever is kept: a full pipe would stop the program.
        taken.output().exceptionHandler(this::fail).endHandler(ended -> said()).handler(output::add);
    }

    /** The process has ended, for only then its output does. */
    private void said() {
        String id = exec;
        if (isOver() || id == null) {
            return;
        }
        tools.execs().inspect(id).onComplete(this::ended, this::fail);
    }

    private void ended(ExecDetail detail) {
        Integer code = detail.exitCode();
        if (code == null) {
            finish(NO_EXIT, "healthcheck for container " + plan.containerId() + " has no exit code");
        } else {
            finish(code, output.text());
        }
    }

    @Override
    String saidSoFar() {
        return output.text();
    }

    @Override
    void release() {
        if (exec != null) {
            tools.execs().discard(exec);
        }
        if (streams != null) {
            streams.close();
        }
    }
}
