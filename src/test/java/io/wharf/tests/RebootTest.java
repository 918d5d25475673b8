package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The power goes: every process, namespace, mount and rule is gone, the disk stays, the boot id is another. */
class RebootTest {
    @Test
    void afterAReboot_policiesDecide() {
        try (Engine engine = new Engine(new Machine()).start()) {
            Docker docker = engine.docker();
            Rig.importSmallImage(docker);
            docker.ok(
                    "run",
                    "-d",
                    "--name",
                    "plain",
                    "-p",
                    "8080:80",
                    "-v",
                    "vol:/data",
                    "busybox",
                    "sh",
                    "-c",
                    "echo written >/data/x; echo said; sleep 1000");
            docker.ok(
                    "run",
                    "-d",
                    "--name",
                    "always",
                    "--restart",
                    "always",
                    "-p",
                    "8081:80",
                    "busybox",
                    "sh",
                    "-c",
                    "mkdir -p /w; echo up >/w/index.html; exec httpd -f -h /w");
            docker.ok("run", "-d", "--name", "unless", "--restart", "unless-stopped", "busybox", "sleep", "1000");
            docker.ok("run", "-d", "--name", "halted", "--restart", "unless-stopped", "busybox", "sleep", "1000");
            docker.ok("stop", "-t", "0", "halted");
            docker.ok("run", "-d", "--rm", "--name", "fleeting", "busybox", "sleep", "1000");
            docker.run("run", "--name", "done", "busybox", "sh", "-c", "exit 5");
            Awaitility.await().until(() -> docker.run("logs", "plain").out().contains("said"));

            engine.reboot(new Machine());
            engine.start();

            assertThat(docker.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}} {{.State.Pid}}", "plain"))
                    .isEqualTo("exited 255 0");
            assertThat(docker.ok("inspect", "-f", "{{.State.ExitCode}}", "done"))
                    .isEqualTo("5");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> assertThat(
                                    docker.ok("ps", "--format", "{{.Names}}").lines())
                            .containsExactlyInAnyOrder("always", "unless"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> assertThat(docker.ok("ps", "-a", "--format", "{{.Names}}")
                                    .lines())
                            .doesNotContain("fleeting"));
            assertThat(engine.machine()
                            .inNeighbour(
                                    "curl",
                                    "-s",
                                    "-m",
                                    "5",
                                    "--retry",
                                    "5",
                                    "--retry-connrefused",
                                    "http://" + Machine.HOST + ":8081/")
                            .text())
                    .isEqualTo("up");
            // What it said and wrote is still there, and it starts again, on its port.
            assertThat(docker.ok("logs", "plain")).isEqualTo("said");
            docker.ok("start", "plain");
            assertThat(docker.ok("exec", "plain", "cat", "/data/x")).isEqualTo("written");
            docker.ok("rm", "-f", "-v", "plain", "always", "unless", "halted", "done");
            assertThat(docker.ok("ps", "-aq")).isEmpty();
            engine.stop();
        }
    }

    @Test
    void afterAReboot_nothingIsLeftOfBefore() {
        try (Engine engine = new Engine(new Machine()).start()) {
            Docker docker = engine.docker();
            Rig.importSmallImage(docker);
            docker.ok("run", "--rm", "busybox", "true");
            docker.ok("run", "--rm", "--network", "host", "busybox", "true");
            docker.ok("run", "--rm", "--network", "none", "busybox", "true");
            Leaks leaks = new Leaks(engine);
            for (int i = 0; i < 4; i++) {
                docker.ok("run", "-d", "--name", "box" + i, "-p", 9000 + i + ":80", "busybox", "sleep", "1000");
            }
            engine.reboot(new Machine());
            engine.start();
            assertThat(docker.ok("ps", "-a", "-f", "exited=255", "-q").lines()).hasSize(4);
            docker.ok("rm", "box0", "box1", "box2", "box3");
            docker.ok("run", "--rm", "--network", "host", "busybox", "true");
            docker.ok("run", "--rm", "--network", "none", "busybox", "true");
            docker.ok("run", "--rm", "busybox", "true");
            leaks.assertNone(engine);
            engine.stop();
        }
    }
}
