package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What restart policies do when a container ends, is stopped, or the engine comes back. */
class RestartPolicyTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static String state(String name) {
        return rig.ok("inspect", "-f", "{{.State.Status}}", name);
    }

    private static int restarts(String name) {
        return Integer.parseInt(rig.ok("inspect", "-f", "{{.RestartCount}}", name));
    }

    private static void awaitState(String name, String state) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(30))
                .atMost(Duration.ofSeconds(15))
                .until(() -> state(name), state::equals);
    }

    private static void awaitRestarts(String name, int count) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(30))
                .atMost(Duration.ofSeconds(15))
                .until(() -> restarts(name) >= count);
    }

    @Test
    void no_staysExited() {
        rig.run("run", "--name", "once", "busybox", "sh", "-c", "exit 3");
        assertThat(state("once")).isEqualTo("exited");
        assertThat(restarts("once")).isZero();
    }

    @Test
    void onFailure_triesSoOften_andOnlyFailures() {
        rig.ok("run", "-d", "--name", "fails", "--restart", "on-failure:2", "busybox", "sh", "-c", "exit 3");
        rig.ok("run", "-d", "--name", "well", "--restart", "on-failure", "busybox", "true");
        awaitRestarts("fails", 2);
        awaitState("fails", "exited");
        assertThat(restarts("fails")).isEqualTo(2);
        assertThat(rig.ok("inspect", "-f", "{{.State.ExitCode}}", "fails")).isEqualTo("3");
        awaitState("well", "exited");
        assertThat(restarts("well")).isZero();
        // Somebody starts it: counting begins anew.
        rig.ok("start", "fails");
        assertThat(restarts("fails")).isLessThan(2);
        awaitRestarts("fails", 2);
    }

    @Test
    void always_waitsLongerEachTime_inTheStateRestarting() {
        rig.ok("run", "-d", "--name", "loop", "--restart", "always", "busybox", "sh", "-c", "exit 0");
        awaitRestarts("loop", 3);
        awaitState("loop", "restarting");
        assertThat(rig.ok("ps", "--format", "{{.Status}}")).matches("Restarting \\(0\\) .* ago");
        assertThat(rig.ok("inspect", "-f", "{{.State.Running}} {{.State.Restarting}} {{.State.Pid}}", "loop"))
                .isEqualTo("true true 0");
        assertThat(rig.run("exec", "loop", "true").err())
                .contains("is restarting, wait until the container is running");
        rig.ok("stop", "loop");
        assertThat(state("loop")).isEqualTo("exited");
    }

    @Test
    void delay_isNoObstacle() {
        for (String name : new String[] {"killed", "removed", "restarted"}) {
            rig.ok("run", "-d", "--name", name, "--restart", "always", "busybox", "sh", "-c", "exit 1");
            awaitRestarts(name, 3);
            awaitState(name, "restarting");
        }
        assertThat(rig.run("rm", "removed").err()).contains("estarting");
        rig.ok("rm", "-f", "removed");
        assertThat(rig.ok("ps", "-aq", "-f", "name=removed")).isEmpty();
        rig.ok("restart", "-t", "0", "restarted");
        assertThat(restarts("restarted")).isLessThan(3);
        rig.run("kill", "killed");
        awaitState("killed", "exited");
    }

    @Test
    void stopByHand_wins() {
        for (String policy : new String[] {"always", "unless-stopped", "on-failure"}) {
            rig.ok("run", "-d", "--name", policy, "--restart", policy, "busybox", "sleep", "1000");
            rig.ok("stop", "-t", "0", policy);
            assertThat(state(policy)).isEqualTo("exited");
            assertThat(restarts(policy)).isZero();
        }
        rig.ok("start", "always");
        rig.ok("kill", "always");
        assertThat(state("always")).isEqualTo("exited");
    }

    @Test
    void anySignalByHand_wins_whereNoneIsSaidToStop() {
        String script = "trap 'exit 3' HUP; echo ready; while :; do sleep 0.05; done";
        rig.ok("run", "-d", "--name", "hung-up", "--restart", "always", "busybox", "sh", "-c", script);
        rig.ok(
                "run",
                "-d",
                "--name",
                "told",
                "--restart",
                "always",
                "--stop-signal",
                "TERM",
                "busybox",
                "sh",
                "-c",
                script);
        for (String name : new String[] {"hung-up", "told"}) {
            Awaitility.await().until(() -> rig.ok("logs", name).contains("ready"));
            rig.ok("kill", "-s", "HUP", name);
        }
        awaitRestarts("told", 1);
        awaitState("hung-up", "exited");
        assertThat(restarts("hung-up")).isZero();
        rig.ok("kill", "-s", "TERM", "told");
        rig.ok("stop", "-t", "0", "told");
    }

    @Test
    void killedFromInside_isRestarted() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "fragile",
                "--restart",
                "unless-stopped",
                "busybox",
                "sh",
                "-c",
                "until [ -e /tmp/end ]; do sleep 0.05; done; rm /tmp/end; exit 4");
        rig.ok("exec", "fragile", "touch", "/tmp/end");
        awaitRestarts("fragile", 1);
        awaitState("fragile", "running");
        assertThat(rig.ok("inspect", "-f", "{{.State.ExitCode}}", "fragile")).isEqualTo("0");
    }

    @Test
    void wrongPolicies_areRefused() {
        assertThat(rig.run("create", "--rm", "--restart", "always", "busybox").err())
                .contains("--restart", "--rm");
        assertThat(rig.http()
                        .post(
                                "/v1.40/containers/create",
                                "{\"Image\":\"busybox\",\"HostConfig\":{\"AutoRemove\":true,\"RestartPolicy\":{\"Name\":\"always\"}}}")
                        .body())
                .contains("can't create 'AutoRemove' container with restart policy");
        Http.Reply counted = rig.http()
                .post(
                        "/v1.40/containers/create",
                        "{\"Image\":\"busybox\",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"always\",\"MaximumRetryCount\":3}}}");
        assertThat(counted.status()).isEqualTo(400);
        assertThat(counted.body()).contains("maximum retry count can");
        assertThat(rig.http()
                        .post(
                                "/v1.40/containers/create",
                                "{\"Image\":\"busybox\",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"maybe\"}}}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void engineRestart_startsWhatPoliciesWant() {
        for (String policy : new String[] {"no", "always", "unless-stopped", "on-failure"}) {
            rig.ok("run", "-d", "--name", policy + "-stopped", "--restart", policy, "busybox", "sleep", "1000");
            rig.ok("stop", "-t", "0", policy + "-stopped");
        }
        rig.ok("create", "--name", "never-started", "--restart", "always", "busybox", "sleep", "1000");
        rig.engine().stop();
        rig.engine().start();
        awaitState("always-stopped", "running");
        assertThat(state("unless-stopped-stopped")).isEqualTo("exited");
        assertThat(state("no-stopped")).isEqualTo("exited");
        assertThat(state("never-started")).isEqualTo("created");
        // It was killed, which counts as a failure.
        awaitState("on-failure-stopped", "running");
    }
}
