package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The disk under the data root is full: errors say so, and the engine goes on when there is room again. */
@WharfOnly("it keeps its state in other ways")
class FullDiskTest {
    @Test
    void everyVerb_saysSo_andAllIsWellAfterwards() throws IOException {
        try (Engine engine = new Engine(new Machine())) {
            Files.createDirectory(engine.dataRoot());
            engine.machine()
                    .inHost(
                            "mount",
                            "-t",
                            "tmpfs",
                            "-o",
                            "size=32m",
                            "wharf-test",
                            engine.dataRoot().toString())
                    .ok();
            engine.start();
            Docker docker = engine.docker();
            Rig.importSmallImage(docker);
            docker.ok("run", "--rm", "-v", "/data", "busybox", "true");
            Leaks leaks = new Leaks(engine);

            docker.ok("run", "-d", "--name", "runs", "-v", "/data", "busybox", "sleep", "1000");
            docker.ok("create", "--name", "made", "busybox", "sleep", "1000");
            String pid = docker.ok("inspect", "-f", "{{.State.Pid}}", "runs");
            Path filler = engine.dataRoot().resolve("filler");
            engine.machine().inHost("sh", "-c", "cat /dev/zero >" + filler);

            for (String[] verb : new String[][] {
                {"run", "-d", "--name", "more", "-v", "/data", "busybox", "sleep", "1000"},
                {"start", "made"},
                {"volume", "create"},
                {"exec", "runs", "sh", "-c", "dd if=/dev/zero of=/big bs=1M count=8"},
            }) {
                Ran ran = docker.run(verb);
                if (ran.code() != 0) {
                    assertThat(ran.err().toLowerCase(java.util.Locale.ROOT))
                            .as(String.join(" ", verb))
                            .containsAnyOf("no space left", "disk is full", "enospc");
                }
            }
            assertThat(docker.ok("ps", "--format", "{{.Names}}")).contains("runs");
            // An end that nobody can write down now.
            Running.run("kill", "-9", pid).ok();
            Awaitility.await().until(() -> !Files.exists(Path.of("/proc/" + pid + "/root/bin")));
            assertThat(engine.alive()).isTrue();

            engine.machine().inHost("rm", filler.toString()).ok();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(
                                    docker.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "runs"))
                            .isEqualTo("exited 137"));
            assertThat(docker.ok("run", "--rm", "busybox", "echo", "fine")).isEqualTo("fine");
            docker.ok("start", "runs");
            for (String id : docker.ok("ps", "-aq").lines().toList()) {
                docker.ok("rm", "-fv", id);
            }
            for (String name : docker.ok("volume", "ls", "-q").lines().toList()) {
                docker.ok("volume", "rm", name);
            }
            leaks.assertNone(engine);
            engine.stop();
            engine.machine().inHost("umount", engine.dataRoot().toString());
        }
    }
}
