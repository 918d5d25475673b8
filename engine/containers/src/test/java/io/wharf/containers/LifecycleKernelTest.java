package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.Exit;
import io.wharf.contracts.ContainerService.RemoveOptions;
import io.wharf.contracts.ContainerService.StopOptions;
import io.wharf.contracts.ContainerService.WaitCondition;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every verb on real containers. */
class LifecycleKernelTest {
    private static Rig rig;

    @BeforeAll
    static void open() throws Exception {
        rig = new Rig();
    }

    @AfterEach
    void nothingLeft() {
        rig.assertNothingLeft();
    }

    @AfterAll
    static void close() throws Exception {
        rig.close();
    }

    private static void refused(ErrorKind kind, String text, ThrowingCall call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        WharfException.class,
                        refusal -> assertThat(refusal.kind()).isEqualTo(kind))
                .hasMessageContaining(text);
    }

    private interface ThrowingCall {
        void run() throws Exception;
    }

    @Test
    void run_tellsExitCodeAndEvents() throws Exception {
        String id = rig.create("one", "exit 7");
        Future<Exit> exit =
                Rig.get(rig.service().waitFor("one", WaitCondition.NEXT_EXIT)).outcome();
        rig.start("one");
        assertThat(Rig.get(exit).statusCode()).isEqualTo(7);
        var state = rig.state("one");
        assertThat(state.status()).isEqualTo("exited");
        assertThat(state.pid()).isZero();
        assertThat(state.oomKilled()).isFalse();
        rig.remove("one", false);
        assertThat(rig.actions(id)).containsExactly("create", "start", "die", "destroy");
        await().atMost(Rig.PATIENCE).until(() -> !rig.hasCgroup(id));
    }

    @Test
    void start_again_runsAgain() throws Exception {
        String id = rig.create("again", "exit 3");
        for (int i = 0; i < 3; i++) {
            Future<Exit> exit =
                    Rig.get(rig.service().waitFor(id, WaitCondition.NEXT_EXIT)).outcome();
            rig.start(id);
            assertThat(Rig.get(exit).statusCode()).isEqualTo(3);
        }
        rig.remove(id, false);
    }

    @Test
    void create_refusals_leaveNothing() throws Exception {
        refused(
                ErrorKind.NOT_FOUND,
                "No such image: nosuch:latest",
                () -> rig.createFrom("nope", "{'Image':'nosuch','Cmd':['x']}", "{}"));
        refused(ErrorKind.INVALID_ARGUMENT, "Invalid container name (-x)", () -> rig.create("-x", "true"));
        refused(
                ErrorKind.INVALID_ARGUMENT,
                "bind source path does not exist",
                () -> rig.create(
                        "nope", "true", "{'Mounts':[{'Type':'bind','Source':'/nosuch/path','Target':'/data'}]}"));
        for (String mode : new String[] {"PidMode", "IpcMode"}) {
            refused(
                    ErrorKind.INVALID_ARGUMENT,
                    "No such container: nobody",
                    () -> rig.create("nope", "true", "{'" + mode + "':'container:nobody'}"));
        }
        rig.others.failures.put("createLayer", "disk full");
        refused(ErrorKind.INTERNAL, "disk full", () -> rig.create("nope", "true", "{'Binds':['/data']}"));
        assertThat(rig.others.volumes).isEmpty();
        rig.remove(rig.create("nope", "true"), false);
    }

    @Test
    void create_takenName_tellsWhoHasIt() throws Exception {
        String id = rig.create("taken", "true");
        refused(
                ErrorKind.CONFLICT,
                "Conflict. The container name \"/taken\" is already in use by container \"" + id + "\"",
                () -> rig.create("taken", "true"));
        rig.remove("taken", false);
    }

    @Test
    void start_missingProgram_is127AndUndone() throws Exception {
        String id = rig.createFrom("missing", "{'Image':'busybox','Cmd':['nosuchprogram']}", "{}");
        refused(
                ErrorKind.INVALID_ARGUMENT,
                "exec: \"nosuchprogram\": executable file not found in $PATH",
                () -> rig.start(id));
        var state = rig.state(id);
        assertThat(state.status()).isEqualTo("created");
        assertThat(state.exitCode()).isEqualTo(127);
        assertThat(state.error()).contains("executable file not found");
        assertThat(rig.others.joined).isEmpty();
        assertThat(rig.others.mounted).isEmpty();
        assertThat(rig.hasCgroup(id)).isFalse();
        assertThat(rig.layout().bundle(id)).doesNotExist();
        rig.remove(id, false);
    }

    @Test
    void start_folderAsProgram_is126() throws Exception {
        String id = rig.createFrom("folder", "{'Image':'busybox','Cmd':['/etc']}", "{}");
        refused(ErrorKind.INVALID_ARGUMENT, "permission denied", () -> rig.start(id));
        assertThat(rig.state(id).exitCode()).isEqualTo(126);
        rig.remove(id, false);
    }

    @Test
    void start_failingNetwork_undoesTheRest() throws Exception {
        String id = rig.create("noport", "true");
        rig.others.failures.put("join", "port is already allocated");
        refused(ErrorKind.INTERNAL, "port is already allocated", () -> rig.start(id));
        assertThat(rig.others.mounted).isEmpty();
        assertThat(rig.state(id).exitCode()).isEqualTo(128);
        rig.remove(id, false);
    }

    @Test
    void start_failure_ofAutoRemove_removes() throws Exception {
        String id = rig.createFrom("gone", "{'Image':'busybox','Cmd':['nosuch']}", "{'AutoRemove':true}");
        Future<Exit> removed =
                Rig.get(rig.service().waitFor(id, WaitCondition.REMOVED)).outcome();
        refused(ErrorKind.INVALID_ARGUMENT, "not found", () -> rig.start(id));
        assertThat(Rig.get(removed).statusCode()).isEqualTo(127);
    }

    @Test
    void autoRemove_removesWithVolumes() throws Exception {
        String id = rig.create("auto", "exit 4", "{'AutoRemove':true,'Binds':['/data']}");
        assertThat(rig.others.volumes).containsValue(id);
        Future<Exit> removed =
                Rig.get(rig.service().waitFor(id, WaitCondition.REMOVED)).outcome();
        rig.start(id);
        assertThat(Rig.get(removed).statusCode()).isEqualTo(4);
        assertThat(rig.others.volumes).isEmpty();
        refused(ErrorKind.NOT_FOUND, "No such container: " + id, () -> rig.state(id));
    }

    @Test
    void stop_deafProcess_isKilledAfterTheTime() throws Exception {
        String id = rig.run("deaf", "trap true TERM; while true; do sleep 1000; done");
        rig.stop("deaf", 0);
        assertThat(rig.state("deaf").exitCode()).isEqualTo(137);
        assertThat(rig.actions(id)).containsExactly("create", "start", "kill", "kill", "die", "stop");
        refused(ErrorKind.NOT_MODIFIED, "not running", () -> rig.stop("deaf", 1));
        rig.remove("deaf", false);
    }

    @Test
    void kill_getsThroughAStop() throws Exception {
        String id = rig.run("slow", "trap true TERM; while true; do sleep 1000; done");
        Future<Void> stopped =
                Rig.get(rig.service().stop(id, new StopOptions(null, 600))).outcome();
        await().atMost(Rig.PATIENCE).until(() -> rig.actions(id).contains("kill"));
        Rig.get(rig.service().kill(id, null));
        Rig.get(stopped);
        assertThat(rig.state(id).exitCode()).isEqualTo(137);
        rig.remove(id, false);
    }

    @Test
    void forcedRemoval_getsThroughAStop() throws Exception {
        String id = rig.run("held", "trap true TERM; while true; do sleep 1000; done");
        Future<Void> stopped =
                Rig.get(rig.service().stop(id, new StopOptions(null, -1))).outcome();
        rig.remove(id, true);
        Rig.get(stopped);
        assertThat(rig.actions(id)).endsWith("destroy").contains("die");
    }

    @Test
    void kill_sendsTheSignal_andRefusesNonsense() throws Exception {
        String id = rig.run("sig", "trap \\\"exit 9\\\" USR1; echo ready; while true; do sleep 0.01; done");
        await().atMost(Rig.PATIENCE)
                .until(() -> Files.size(rig.layout().container(id).resolve("spool.log")) > 0);
        refused(
                ErrorKind.INVALID_ARGUMENT,
                "invalid signal: NOPE",
                () -> Rig.get(rig.service().kill(id, "NOPE")));
        Rig.get(rig.service().kill(id, "SIGUSR1"));
        assertThat(rig.waitFor(id, WaitCondition.NOT_RUNNING).statusCode()).isEqualTo(9);
        refused(
                ErrorKind.CONFLICT,
                "is not running",
                () -> Rig.get(rig.service().kill(id, null)));
        rig.remove(id, false);
    }

    @Test
    void removal_ofARunningContainer_wantsForce() throws Exception {
        String id = rig.run("busy", "sleep 1000");
        refused(ErrorKind.CONFLICT, "container is running: stop the container", () -> rig.remove(id, false));
        rig.remove(id, true);
    }

    @Test
    void pause_freezesAndKillThaws() throws Exception {
        String id = rig.run("cold", "sleep 1000");
        Rig.get(rig.service().pause(id));
        assertThat(rig.state(id).paused()).isTrue();
        refused(
                ErrorKind.CONFLICT,
                "already paused",
                () -> Rig.get(rig.service().pause(id)));
        refused(ErrorKind.CONFLICT, "cannot start a paused container", () -> rig.start(id));
        Rig.get(rig.service().unpause(id));
        assertThat(rig.state(id).status()).isEqualTo("running");
        Rig.get(rig.service().pause(id));
        Rig.get(rig.service().kill(id, null));
        assertThat(rig.state(id).exitCode()).isEqualTo(137);
        rig.remove(id, false);
    }

    @Test
    void rename_freesTheOldName() throws Exception {
        String id = rig.create("before", "true");
        String other = rig.create("other", "true");
        refused(
                ErrorKind.CONFLICT,
                "already in use",
                () -> Rig.get(rig.service().rename(id, "other")));
        Rig.get(rig.service().rename(id, "after"));
        assertThat(rig.state("after").status()).isEqualTo("created");
        refused(ErrorKind.NOT_FOUND, "No such container: before", () -> rig.state("before"));
        rig.remove("after", false);
        rig.remove(other, false);
    }

    @Test
    void restart_comesBack_andKeepsAutoRemoveAway() throws Exception {
        String id = rig.create("re", "sleep 1000", "{'AutoRemove':true}");
        rig.start(id);
        int before = rig.state(id).pid();
        Rig.get(Rig.get(rig.service().restart(id, new StopOptions("KILL", 1))).outcome());
        assertThat(rig.state(id).status()).isEqualTo("running");
        assertThat(rig.state(id).pid()).isNotEqualTo(before);
        assertThat(rig.actions(id)).endsWith("die", "stop", "start", "restart");
        rig.remove(id, true);
    }

    @Test
    void policy_restartsSoOften() throws Exception {
        String id = rig.create("policy", "exit 3", "{'RestartPolicy':{'Name':'on-failure','MaximumRetryCount':2}}");
        rig.start(id);
        rig.awaitStatus(id, "exited");
        assertThat(Rig.get(rig.service().inspect(id, false)).restartCount()).isEqualTo(2);
        assertThat(rig.actions(id).stream().filter("start"::equals)).hasSize(3);
        rig.remove(id, false);
    }

    @Test
    void stop_andRemoval_getThroughARestartDelay() throws Exception {
        String id = rig.create("always", "exit 3", "{'RestartPolicy':{'Name':'always'}}");
        rig.start(id);
        rig.awaitStatus(id, "restarting");
        rig.stop(id, 5);
        assertThat(rig.state(id).status()).isEqualTo("exited");
        rig.start(id);
        rig.awaitStatus(id, "restarting");
        rig.remove(id, true);
    }

    @Test
    void monitorKilled_processGoesOn() throws Exception {
        String id = rig.run("lost", "sleep 1000");
        State state = rig.stored(id);
        Rig.kill(java.util.Objects.requireNonNull(state.monitor()));
        await().atMost(Rig.PATIENCE).until(() -> rig.state(id).error().contains("monitor"));
        assertThat(rig.state(id).status()).isEqualTo("running");
        assertThat(java.util.Objects.requireNonNull(state.process()).isAlive()).isTrue();
        rig.stop(id, 0);
        assertThat(rig.state(id).status()).isEqualTo("exited");
        assertThat(rig.state(id).exitCode()).isEqualTo(137);
        rig.remove(id, false);
    }

    @Test
    void memoryLimit_killsAndTells() throws Exception {
        String id = rig.create("oom", "x=a; while true; do x=$x$x; done", "{'Memory':8388608}");
        rig.start(id);
        assertThat(rig.waitFor(id, WaitCondition.NOT_RUNNING).statusCode()).isEqualTo(137);
        assertThat(rig.state(id).oomKilled()).isTrue();
        assertThat(rig.actions(id)).containsSubsequence("oom", "die");
        rig.remove(id, false);
    }

    @Test
    void removal_failing_leavesItDead_andCanBeRepeated() throws Exception {
        String id = rig.create("stuck", "true");
        rig.others.failures.put("removeLayer", "device or resource busy");
        refused(ErrorKind.INTERNAL, "device or resource busy", () -> rig.remove(id, false));
        assertThat(rig.state(id).dead()).isTrue();
        refused(ErrorKind.CONFLICT, "marked for removal", () -> rig.start(id));
        rig.remove(id, false);
    }

    @Test
    void manyAtOnce_allEnd() throws Exception {
        var removed = new java.util.ArrayList<Future<Exit>>();
        var started = new java.util.ArrayList<Future<Void>>();
        for (int i = 0; i < 8; i++) {
            String id = rig.create("many" + i, "exit " + i, "{'AutoRemove':true}");
            removed.add(
                    Rig.get(rig.service().waitFor(id, WaitCondition.REMOVED)).outcome());
            started.add(rig.service().start(id, null));
        }
        for (int i = 0; i < 8; i++) {
            Rig.get(started.get(i));
            assertThat(Rig.get(removed.get(i)).statusCode()).isEqualTo(i);
        }
    }

    @Test
    void removal_during_start_leavesNothing() throws Exception {
        for (int i = 0; i < 5; i++) {
            String id = rig.create("racing", "sleep 1000");
            Future<Void> start = rig.service().start(id, null);
            Rig.get(rig.service().remove(id, new RemoveOptions(true, true, false)));
            // Either way the start has an outcome.
            Rig.get(start.transform(done -> Future.succeededFuture()));
        }
    }
}
