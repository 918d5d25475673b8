package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Health checks by command, as Docker has them. */
class HealthTest {
    private static final String LOG = "{{range .State.Health.Log}}{{.ExitCode}} {{json .Output}}\n{{end}}";

    @RegisterExtension
    static final Rig rig = new Rig();

    private static String probed(String name, String command, String... flags) {
        String[] all = new String[flags.length + 11];
        String[] head = {"run", "-d", "--name", name, "--health-interval", "100ms", "--health-cmd", command};
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(flags, 0, all, head.length, flags.length);
        String[] tail = {"busybox", "sleep", "1000"};
        System.arraycopy(tail, 0, all, head.length + flags.length, tail.length);
        return rig.ok(all);
    }

    static String health(String name) {
        return rig.ok("inspect", "-f", "{{.State.Health.Status}}", name);
    }

    private static void awaitHealth(String name, String status) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(15))
                .until(() -> health(name), status::equals);
    }

    @Test
    void verdict_followsTheProbes() {
        Instant before = Instant.now();
        probed("well", "echo said; test -e /tmp/ok", "--health-retries", "2");
        assertThat(health("well")).isIn("starting", "unhealthy");
        awaitHealth("well", "unhealthy");
        assertThat(rig.ok("inspect", "-f", LOG, "well")).startsWith("1 \"said\\n\"");
        assertThat(Integer.parseInt(rig.ok("inspect", "-f", "{{.State.Health.FailingStreak}}", "well")))
                .isGreaterThanOrEqualTo(2);
        assertThat(rig.ok("ps", "--format", "{{.Status}}")).matches("Up .* \\(unhealthy\\)");
        rig.ok("exec", "well", "touch", "/tmp/ok");
        awaitHealth("well", "healthy");
        assertThat(rig.ok("inspect", "-f", "{{.State.Health.FailingStreak}}", "well"))
                .isEqualTo("0");
        assertThat(rig.ok("ps", "--format", "{{.Status}}")).matches("Up .* \\(healthy\\)");
        assertThat(rig.ok("ps", "-q", "--no-trunc", "-f", "health=healthy")).isNotEmpty();
        assertThat(rig.ok("ps", "-q", "-f", "health=unhealthy")).isEmpty();
        assertThat(rig.ok("ps", "-q", "-f", "health=none")).isEmpty();
        assertThat(healthEvents(before)).containsExactly("health_status: unhealthy", "health_status: healthy");
    }

    private static List<String> healthEvents(Instant since) {
        return rig.run(
                        "events",
                        "--since",
                        since.getEpochSecond() + "." + String.format("%09d", since.getNano()),
                        "--until",
                        Instant.now().getEpochSecond() + 1 + "",
                        "--filter",
                        "event=health_status",
                        "--format",
                        "{{.Action}}")
                .ok()
                .lines();
    }

    @Test
    void log_keepsFive_andCutsWhatIsLong() {
        probed("talker", "head -c 100000 /dev/zero | tr '\\0' x");
        Awaitility.await()
                .until(() -> rig.ok("inspect", "-f", "{{len .State.Health.Log}}", "talker")
                        .equals("5"));
        assertThat(rig.ok("inspect", "-f", "{{range .State.Health.Log}}{{len .Output}} {{end}}", "talker"))
                .isEqualTo("4099 4099 4099 4099 4099");
        String times = rig.ok("inspect", "-f", "{{range .State.Health.Log}}{{.Start}} {{.End}} {{end}}", "talker");
        assertThat(times).doesNotContain("0001-01-01");
    }

    @Test
    void probe_thatTakesTooLong_isKilled() {
        probed("slow", "echo begun; sleep 1000", "--health-timeout", "200ms", "--health-retries", "1");
        awaitHealth("slow", "unhealthy");
        assertThat(rig.ok("inspect", "-f", LOG, "slow"))
                .startsWith(
                        Here.DOCKERD
                                ? "-1 \"Health check exceeded timeout (200ms)"
                                : "-1 \"Health check exceeded timeout (200ms): begun\\n\"");
        if (!Here.DOCKERD) {
            // At most the one that runs now.
            assertThat(rig.run("top", "slow").lines().stream().filter(line -> line.contains("sleep 1000")))
                    .hasSizeLessThanOrEqualTo(3);
        }
    }

    @Test
    void probe_thatCannotBeStarted_hasFailed() {
        String body =
                "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"1000\"],\"Healthcheck\":{\"Test\":[\"CMD\",\"/none\"],"
                        + "\"Interval\":100000000,\"Retries\":1}}";
        rig.http().post("/v1.40/containers/create?name=absent", body);
        rig.ok("start", "absent");
        awaitHealth("absent", "unhealthy");
        assertThat(rig.ok("inspect", "-f", LOG, "absent")).startsWith("-1 ").contains("/none");
    }

    @Test
    void startPeriod_forgives() {
        probed("riser", "test -e /tmp/up", "--health-start-period", "60s", "--health-retries", "1");
        assertThat(health("riser")).isEqualTo("starting");
        assertThat(rig.ok("ps", "--format", "{{.Status}}")).endsWith("(health: starting)");
    }

    @Test
    @WharfOnly("it has no start interval yet")
    void startInterval_asksMoreOften_untilItIsUp() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "riser",
                "--health-cmd",
                "test -e /tmp/up",
                "--health-interval",
                "60s",
                "--health-start-interval",
                "100ms",
                "--health-start-period",
                "60s",
                "--health-retries",
                "1",
                "busybox",
                "sleep",
                "1000");
        Awaitility.await()
                .until(() -> rig.ok("inspect", "-f", "{{len .State.Health.Log}}", "riser")
                        .equals("5"));
        assertThat(rig.ok("inspect", "-f", "{{.State.Health.Status}} {{.State.Health.FailingStreak}}", "riser"))
                .isEqualTo("starting 0");
        rig.ok("exec", "riser", "touch", "/tmp/up");
        awaitHealth("riser", "healthy");
    }

    @Test
    void noHealthcheck_isNone() {
        rig.ok("run", "-d", "--name", "plain", "--no-healthcheck", "busybox", "sleep", "1000");
        assertThat(rig.ok("inspect", "-f", "{{json .State.Health}}", "plain")).isEqualTo("null");
        assertThat(rig.ok("ps", "--format", "{{.Names}}", "-f", "health=none")).isEqualTo("plain");
        assertThat(rig.ok("ps", "--format", "{{.Status}}")).doesNotContain("health");
    }

    @Test
    void paused_isNotProbed_andRestartBeginsAnew() {
        probed("frozen", "date +%s.%N >>/tmp/log");
        awaitHealth("frozen", "healthy");
        rig.ok("pause", "frozen");
        assertThat(health("frozen")).isEqualTo("unhealthy");
        rig.ok("unpause", "frozen");
        awaitHealth("frozen", "healthy");
        rig.ok("stop", "-t", "0", "frozen");
        assertThat(health("frozen")).isEqualTo("unhealthy");
        assertThat(rig.ok("ps", "-a", "--format", "{{.Status}}"))
                .startsWith("Exited")
                .doesNotContain("healthy");
        rig.ok("start", "frozen");
        awaitHealth("frozen", "healthy");
    }

    @Test
    void probes_areExecsThatVanish() {
        String id = probed("execs", "true");
        awaitHealth("execs", "healthy");
        List<String> actions = rig.run(
                        "events",
                        "--since",
                        "0",
                        "--until",
                        Instant.now().getEpochSecond() + 1 + "",
                        "--filter",
                        "container=" + id,
                        "--format",
                        "{{.Action}}")
                .ok()
                .lines();
        assertThat(actions).contains("exec_create: /bin/sh -c true", "exec_start: /bin/sh -c true", "exec_die");
        Awaitility.await()
                .untilAsserted(() -> assertThat(rig.ok("inspect", "-f", "{{json .ExecIDs}}", "execs"))
                        .isEqualTo("null"));
    }

    @Test
    @WharfOnly("it forgets the verdict and begins anew")
    void verdict_outlivesTheEngine_andProbesGoOn() {
        probed("kept", "test -e /tmp/bad || exit 0; exit 1", "--health-retries", "1");
        awaitHealth("kept", "healthy");
        rig.engine().kill();
        rig.engine().start();
        assertThat(health("kept")).isEqualTo("healthy");
        rig.ok("exec", "kept", "touch", "/tmp/bad");
        awaitHealth("kept", "unhealthy");
    }

    @Test
    void manyAtOnce_leaveRoomForOthers() {
        for (int i = 0; i < 12; i++) {
            probed("many" + i, "true", "--network", "none");
        }
        long begin = System.nanoTime();
        rig.ok("run", "--rm", "--network", "none", "busybox", "true");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        for (int i = 0; i < 12; i++) {
            awaitHealth("many" + i, "healthy");
        }
    }
}
