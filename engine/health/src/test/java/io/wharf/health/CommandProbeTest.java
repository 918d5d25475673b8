package io.wharf.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.contracts.ContainerService.Attached;
import io.wharf.contracts.ExecService;
import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.HealthStatus;
import io.wharf.contracts.ProbeResult;
import io.wharf.linux.EventLoops;
import io.wharf.linux.NamespaceSockets;
import io.wharf.streams.HandleTable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CommandProbeTest {
    private static final HealthPlan.Command COMMAND = new HealthPlan.Command(List.of("true"));
    private static final HealthPlan PLAN =
            new HealthPlan("id", "name", 1, HealthStatus.STARTING, COMMAND, 30, 10, 100, 5, 2);

    private final FakeClock clock = new FakeClock();
    private final SlowExecs execs = new SlowExecs();

    /** Creates when a test says so. */
    private static final class SlowExecs implements ExecService {
        final Promise<String> created = Promise.promise();
        final List<String> calls = new ArrayList<>();

        @Override
        public Future<String> create(String containerRef, ExecConfig config) {
            calls.add("create");
            return created.future();
        }

        @Override
        public Future<Void> ready(String execId) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Attached> start(String execId, ExecStart options) {
            calls.add("start");
            return Future.failedFuture("not expected");
        }

        @Override
        public Future<Void> startDetached(String execId, ExecStart options) {
            return Future.failedFuture("not expected");
        }

        @Override
        public Future<Void> resize(String execId, int height, int width) {
            return Future.failedFuture("not expected");
        }

        @Override
        public Future<ExecDetail> inspect(String execId) {
            return Future.failedFuture("not expected");
        }

        @Override
        public Future<Void> discard(String execId) {
            calls.add("discard " + execId);
            return Future.succeededFuture();
        }
    }

    @Test
    void execThatIsMadeTooLate_isDiscarded() throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        try (NamespaceSockets sockets = new NamespaceSockets()) {
            Context context = vertx.getOrCreateContext();
            Tools tools = new Tools(
                    context,
                    EventLoops.of(context),
                    new Schedule(clock::nanos, clock),
                    execs,
                    new HandleTable(vertx, java.time.Duration.ofSeconds(10)),
                    sockets,
                    new Turns(1),
                    new Turns(1));
            Future<ProbeResult> result = new CommandProbe(tools, PLAN, COMMAND).begin(tools.commandTurns());
            clock.pass(31_000);
            assertThat(result.result().exitCode()).isEqualTo(RunningProbe.NO_EXIT);
            assertThat(result.result().output()).contains("timed out starting health check");
            execs.created.complete("late");
            assertThat(execs.calls).containsExactly("create", "discard late");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }
}
