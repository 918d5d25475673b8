package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From created to removed: start, stop, kill, restart, pause, wait, rename, rm. */
class LifecycleTest {
    private static final String STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.05; done";

    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void states_areWalkedThrough() {
        String id = rig.ok("create", "--name", "walker", "busybox", "sleep", "1000");
        assertThat(state("walker")).isEqualTo("created");
        rig.ok("start", "walker");
        assertThat(state("walker")).isEqualTo("running");
        rig.ok("pause", "walker");
        assertThat(state("walker")).isEqualTo("paused");
        rig.ok("unpause", "walker");
        rig.ok("kill", "walker");
        assertThat(state("walker")).isEqualTo("exited");
        assertThat(rig.ok("inspect", "-f", "{{.State.ExitCode}} {{.State.Pid}} {{.State.Running}}", id))
                .isEqualTo("137 0 false");
        rig.ok("start", "walker");
        assertThat(state("walker")).isEqualTo("running");
    }

    @Test
    void times_areTold() {
        Instant before = Instant.now().minusSeconds(1);
        rig.ok("run", "--name", "timed", "busybox", "true");
        String[] times = rig.ok("inspect", "-f", "{{.Created}} {{.State.StartedAt}} {{.State.FinishedAt}}", "timed")
                .split(" ");
        assertThat(Instant.parse(times[0])).isAfter(before);
        assertThat(Instant.parse(times[1])).isAfter(Instant.parse(times[0]));
        // dockerd takes the two from different clocks; ours tells the end by a file's time, which stands still for a
        // tick.
        assertThat(Instant.parse(times[2])).isAfterOrEqualTo(Instant.parse(times[Here.DOCKERD ? 0 : 1]));
        rig.ok("create", "--name", "untimed", "busybox");
        assertThat(rig.ok("inspect", "-f", "{{.State.StartedAt}} {{.State.FinishedAt}}", "untimed"))
                .isEqualTo("0001-01-01T00:00:00Z 0001-01-01T00:00:00Z");
    }

    @Test
    void stop_termsThenKills() {
        rig.ok("run", "-d", "--name", "stubborn", "busybox", "sh", "-c", STUBBORN);
        Awaitility.await().until(() -> rig.run("logs", "stubborn").out().contains("ready"));
        long start = System.nanoTime();
        rig.ok("stop", "-t", "1", "stubborn");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(900), Duration.ofSeconds(8));
        assertThat(exitCode("stubborn")).isEqualTo("137");
        // Stopping what is stopped is no error.
        rig.ok("stop", "stubborn");
    }

    @Test
    void stop_letsThemSayGoodbye() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "polite",
                "busybox",
                "sh",
                "-c",
                "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done");
        Awaitility.await().until(() -> rig.run("logs", "polite").out().contains("ready"));
        rig.ok("stop", "polite");
        assertThat(exitCode("polite")).isEqualTo("5");
        assertThat(rig.run("logs", "polite").out()).endsWith("bye\n");
    }

    @Test
    void stop_usesTheContainersSignal() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "usr",
                "--stop-signal",
                "USR1",
                "busybox",
                "sh",
                "-c",
                "trap 'exit 6' USR1; echo ready; while :; do sleep 0.05; done");
        Awaitility.await().until(() -> rig.run("logs", "usr").out().contains("ready"));
        rig.ok("stop", "usr");
        assertThat(exitCode("usr")).isEqualTo("6");
    }

    @Test
    void killAndRm_getThroughDuringAStop() {
        rig.ok("run", "-d", "--name", "stubborn", "busybox", "sh", "-c", STUBBORN);
        Awaitility.await().until(() -> rig.run("logs", "stubborn").out().contains("ready"));
        try (Running stop = rig.docker().start("stop", "-t", "60", "stubborn")) {
            Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            assertThat(rig.ok("exec", "stubborn", "echo", "in")).isEqualTo("in");
            rig.ok("kill", "stubborn");
            assertThat(stop.await(Duration.ofSeconds(10)).code()).isZero();
        }
        rig.ok("start", "stubborn");
        try (Running stop = rig.docker().start("stop", "-t", "60", "stubborn")) {
            Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            rig.ok("rm", "-f", "stubborn");
            stop.await(Duration.ofSeconds(10));
        }
        assertThat(rig.ok("ps", "-aq")).isEmpty();
    }

    @Test
    void kill_sendsAnySignal() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "ear",
                "busybox",
                "sh",
                "-c",
                "trap 'echo hup' HUP; trap 'exit 3' USR2; echo ready; while :; do sleep 0.05; done");
        Awaitility.await().until(() -> rig.run("logs", "ear").out().contains("ready"));
        rig.ok("kill", "-s", "HUP", "ear");
        Awaitility.await().until(() -> rig.run("logs", "ear").out().contains("hup"));
        rig.ok("kill", "-s", "SIGUSR2", "ear");
        assertThat(rig.ok("wait", "ear")).isEqualTo("3");
        Ran ran = rig.run("kill", "ear");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("is not running");
        rig.ok("start", "ear");
        assertThat(rig.run("kill", "-s", "NONSENSE", "ear").err()).containsIgnoringCase("invalid signal: NONSENSE");
        rig.ok("kill", "-s", "9", "ear");
        assertThat(rig.ok("wait", "ear")).isEqualTo("137");
    }

    @Test
    void restart_isAnotherProcess() {
        rig.ok("run", "-d", "--name", "again", "busybox", "sh", "-c", "date +%s%N >>/starts; sleep 1000");
        String pid = rig.ok("inspect", "-f", "{{.State.Pid}}", "again");
        rig.ok("restart", "-t", "0", "again");
        assertThat(rig.ok("inspect", "-f", "{{.State.Pid}}", "again")).isNotEqualTo(pid);
        Awaitility.await()
                .until(() -> rig.ok("exec", "again", "cat", "/starts").lines().count() == 2);
        rig.ok("stop", "-t", "0", "again");
        rig.ok("restart", "again");
        assertThat(state("again")).isEqualTo("running");
    }

    @Test
    void wait_printsExitCodes_alsoOfTheDead() {
        rig.run("run", "--name", "dead", "busybox", "sh", "-c", "exit 4");
        rig.ok("run", "-d", "--name", "alive", "busybox", "sh", "-c", "sleep 0.3; exit 8");
        assertThat(rig.ok("wait", "dead", "alive").lines()).containsExactly("4", "8");
        assertThat(rig.run("wait", "nobody").code()).isEqualTo(1);
    }

    @Test
    void wait_forRemoval() {
        String id = rig.ok("run", "-d", "--name", "going", "busybox", "sleep", "1000");
        try (var pool = java.util.concurrent.Executors.newSingleThreadExecutor()) {
            var reply = pool.submit(() -> rig.http().post("/v1.41/containers/" + id + "/wait?condition=removed", null));
            var next = rig.docker().start("wait", id);
            Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            rig.ok("rm", "-f", id);
            assertThat(ExecTest.get(reply).body()).contains("\"StatusCode\":137");
            next.close();
        }
    }

    @Test
    void rename_movesTheName() {
        String id = rig.ok("create", "--name", "before", "busybox");
        rig.ok("rename", "before", "after");
        assertThat(rig.ok("inspect", "-f", "{{.Name}} {{.Id}}", "after")).isEqualTo("/after " + id);
        assertThat(rig.run("inspect", "before").code()).isEqualTo(1);
        rig.ok("create", "--name", "before", "busybox");
        Ran ran = rig.run("rename", "before", "after");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("Conflict. The container name \"/after\" is already in use by container");
        assertThat(rig.run("create", "--name", "a/b", "busybox").err()).contains("Invalid container name (a/b)");
    }

    @Test
    void rm_ofTheRunning_needsForce() {
        String id = rig.ok("run", "-d", "--name", "busy", "busybox", "sleep", "1000");
        Ran ran = rig.run("rm", "busy");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err())
                .containsIgnoringCase("cannot remove")
                .containsAnyOf("running container", "container is running");
        assertThat(rig.http().delete("/containers/" + id).status()).isEqualTo(409);
        assertThat(rig.ok("rm", "-f", "busy")).isEqualTo("busy");
        Ran missing = rig.run("rm", "busy");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("No such container: busy");
    }

    @Test
    void ids_canBeShortened() {
        String id = rig.ok("create", "--name", "long", "busybox");
        for (String name : new String[] {id, id.substring(0, 12), id.substring(0, 6), "long", "/long"}) {
            assertThat(rig.ok("inspect", "-f", "{{.Id}}", name)).isEqualTo(id);
        }
    }

    @Test
    void top_takesTheArgumentsOfPs() {
        String pid = rig.ok(
                "inspect", "-f", "{{.State.Pid}}", rig.ok("run", "-d", "--name", "busy", "busybox", "sleep", "1000"));
        assertThat(rig.ok("top", "busy")).contains("sleep 1000");
        assertThat(rig.run("top", "busy", "-o", "pid,comm").lines())
                .hasSize(2)
                .last()
                .asString()
                .startsWith(pid)
                .endsWith("sleep");
        assertThat(rig.ok("top", "busy", "aux")).contains("%CPU").contains(pid);
        // Not together with a choice of pids, and so from the list of all; with the line of the thread.
        assertThat(rig.run("top", "busy", "axf", "-o", "pid,args").lines()).hasSize(2);
        assertThat(rig.run("top", "busy", "m", "-ef").lines()).hasSize(3);
    }

    @Test
    void top_refusesWhatDockerRefuses() {
        rig.ok("run", "-d", "--name", "busy", "busybox", "sleep", "1000");
        assertThat(rig.run("top", "busy", "-o", "cmd").err()).contains("Couldn't find PID field in ps output");
        assertThat(rig.run("top", "busy", "-o", "user=PID,cmd").err())
                .contains("specifying \"user=PID,cmd\" is not allowed");
        assertThat(rig.run("top", "busy", "--bad").err()).contains("ps: error: unknown gnu long option");
        Http.Reply garbage = rig.http().get("/containers/busy/top?ps_args=-ef+%3B+id");
        // Docker calls it a fault of its own.
        assertThat(garbage.status()).isIn(400, 500);
        assertThat(garbage.body()).contains("ps: error: garbage option");
        rig.ok("kill", "busy");
        Http.Reply stopped = rig.http().get("/containers/busy/top");
        assertThat(stopped.status()).isEqualTo(409);
        assertThat(stopped.body()).contains("is not running");
    }

    @Test
    void restartPolicy_onFailure_triesAsOftenAsSaid() {
        rig.run("run", "--name", "failing", "--restart", "on-failure:2", "busybox", "sh", "-c", "echo try; exit 3");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> state("failing").equals("exited")
                        && rig.ok("inspect", "-f", "{{.RestartCount}}", "failing")
                                .equals("2"));
        assertThat(rig.run("logs", "failing").lines()).hasSize(3);
    }

    @Test
    void restartPolicy_always_comesBack_untilStopped() {
        rig.ok("run", "-d", "--name", "eternal", "--restart", "always", "busybox", "sh", "-c", "sleep 0.2; exit 0");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Integer.parseInt(rig.ok("inspect", "-f", "{{.RestartCount}}", "eternal")) >= 2);
        rig.ok("stop", "-t", "0", "eternal");
        String count = rig.ok("inspect", "-f", "{{.RestartCount}}", "eternal");
        Awaitility.await()
                .during(Duration.ofSeconds(1))
                .atMost(Duration.ofSeconds(5))
                .until(() -> state("eternal").equals("exited")
                        && rig.ok("inspect", "-f", "{{.RestartCount}}", "eternal")
                                .equals(count));
    }

    @Test
    void restartPolicy_withRm_isRefused() {
        assertThat(rig.run("run", "--rm", "--restart", "always", "busybox", "true")
                        .code())
                .isEqualTo(125);
    }

    @Test
    void manyAtOnce_allEnd() {
        try (var pool = java.util.concurrent.Executors.newFixedThreadPool(8)) {
            var all = java.util.stream.IntStream.range(0, 24)
                    .mapToObj(i -> pool.submit(() -> rig.sh("echo " + i + "; exit " + i)))
                    .toList();
            for (int i = 0; i < all.size(); i++) {
                Ran ran = ExecTest.get(all.get(i));
                assertThat(ran.out()).isEqualTo(i + "\n");
                assertThat(ran.code()).isEqualTo(i);
            }
        }
        assertThat(rig.ok("ps", "-aq")).isEmpty();
    }

    private static String state(String name) {
        return rig.ok("inspect", "-f", "{{.State.Status}}", name);
    }

    private static String exitCode(String name) {
        return rig.ok("inspect", "-f", "{{.State.ExitCode}}", name);
    }
}
