package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Containers that want more memory than they may have. */
class OomTest {
    private static final String GREED = "awk 'BEGIN { s = \"x\"; while (1) s = s s }'";

    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void firstProcess_isKilled_andTheStateTells() {
        rig.run("run", "--name", "greedy", "-m", "16m", "busybox", "sh", "-c", "exec " + GREED);
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}} {{.State.OOMKilled}} {{.State.ExitCode}}", "greedy"))
                .isEqualTo("exited true 137");
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(actions("greedy")).containsSubsequence("start", "oom", "die"));
    }

    @Test
    void children_areKilled_andEachIsTold_whileTheFirstProcessLives() throws IOException {
        rig.ok("run", "-d", "--name", "parent", "-m", "16m", "busybox", "sleep", "1000");
        String pid = rig.ok("inspect", "-f", "{{.State.Pid}}", "parent");
        for (int round = 1; round <= 3; round++) {
            assertThat(rig.run("exec", "parent", "sh", "-c", "exec " + GREED).code())
                    .isEqualTo(137);
            assertThat(kernelKills(pid)).isGreaterThanOrEqualTo(round);
            assertEachIsTold("parent", pid);
        }
        long kills = kernelKills(pid);
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}} {{.State.OOMKilled}}", "parent"))
                .isEqualTo("running true");
        rig.ok("stop", "-t", "0", "parent");
        assertThat(ooms("parent")).isEqualTo(kills);
        rig.ok("start", "parent");
        assertThat(rig.ok("inspect", "-f", "{{.State.OOMKilled}}", "parent")).isEqualTo("false");
    }

    @Test
    @WharfOnly("it forgets what happens while it is away")
    void whileTheEngineIsAway_nothingIsMissedOrToldTwice() throws IOException {
        rig.ok(
                "run",
                "-d",
                "--name",
                "away",
                "-m",
                "16m",
                "busybox",
                "sh",
                "-c",
                "until [ -e /go ]; do sleep 0.05; done; " + GREED + "; touch /done; sleep 1000");
        assertThat(rig.run("exec", "away", "sh", "-c", "exec " + GREED).code()).isEqualTo(137);
        String pid = rig.ok("inspect", "-f", "{{.State.Pid}}", "away");
        assertEachIsTold("away", pid);
        long before = kernelKills(pid);
        rig.engine().kill();
        Running.run("touch", "/proc/" + pid + "/root/go").ok();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() ->
                        Running.run("test", "-e", "/proc/" + pid + "/root/done").code() == 0);
        rig.engine().start();
        assertThat(kernelKills(pid)).isGreaterThan(before);
        assertEachIsTold("away", pid);
        assertThat(rig.run("exec", "away", "sh", "-c", "exec " + GREED).code()).isEqualTo(137);
        assertEachIsTold("away", pid);
    }

    /** The kernel's count is what is to be told: one shortage may take two processes, where the first is slow to go. */
    private static void assertEachIsTold(String name, String pid) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(ooms(name)).isEqualTo(kernelKills(pid)));
    }

    /** Of the cgroup that the process is in: {@code memory.oom_control} on v1, {@code memory.events} on v2. */
    private static long kernelKills(String pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
            String[] part = line.split(":", 3);
            Path file = switch (part[1]) {
                case "memory" -> Path.of("/sys/fs/cgroup/memory" + part[2] + "/memory.oom_control");
                case "" -> Path.of("/sys/fs/cgroup" + part[2] + "/memory.events");
                default -> Path.of("/nonexistent");
            };
            if (Files.exists(file)) {
                return Files.readAllLines(file).stream()
                        .filter(count -> count.startsWith("oom_kill "))
                        .mapToLong(count -> Long.parseLong(count.substring("oom_kill ".length())))
                        .findFirst()
                        .orElseThrow();
            }
        }
        throw new IOException("process " + pid + " is in no cgroup with a controller of memory");
    }

    private static long ooms(String name) {
        return actions(name).stream().filter("oom"::equals).count();
    }

    private static List<String> actions(String name) {
        return rig.run(
                        "events",
                        "--since",
                        "10m",
                        "--until",
                        "0s",
                        "--filter",
                        "container=" + name,
                        "--format",
                        "{{.Action}}")
                .lines();
    }
}
