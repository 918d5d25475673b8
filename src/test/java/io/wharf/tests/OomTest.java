package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

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
    void children_areKilled_andEachIsTold_whileTheFirstProcessLives() {
        rig.ok("run", "-d", "--name", "parent", "-m", "16m", "busybox", "sleep", "1000");
        for (int kills = 1; kills <= 3; kills++) {
            assertThat(rig.run("exec", "parent", "sh", "-c", "exec " + GREED).code())
                    .isEqualTo(137);
            int expected = kills;
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(ooms("parent")).isEqualTo(expected));
        }
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}} {{.State.OOMKilled}}", "parent"))
                .isEqualTo("running true");
        rig.ok("stop", "-t", "0", "parent");
        assertThat(ooms("parent")).isEqualTo(3);
        rig.ok("start", "parent");
        assertThat(rig.ok("inspect", "-f", "{{.State.OOMKilled}}", "parent")).isEqualTo("false");
    }

    @Test
    @WharfOnly("it forgets what happens while it is away")
    void whileTheEngineIsAway_nothingIsMissedOrToldTwice() {
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
        Awaitility.await().untilAsserted(() -> assertThat(ooms("away")).isEqualTo(1));
        String pid = rig.ok("inspect", "-f", "{{.State.Pid}}", "away");
        rig.engine().kill();
        Running.run("touch", "/proc/" + pid + "/root/go").ok();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() ->
                        Running.run("test", "-e", "/proc/" + pid + "/root/done").code() == 0);
        rig.engine().start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(ooms("away")).isEqualTo(2));
        assertThat(rig.run("exec", "away", "sh", "-c", "exec " + GREED).code()).isEqualTo(137);
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(ooms("away")).isEqualTo(3));
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
