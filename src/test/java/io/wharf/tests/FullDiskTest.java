package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The disk under the data root is full: errors say so, and the engine goes on when there is room again. */
@WharfOnly("it keeps its state in other ways")
class FullDiskTest {
    @Test
    void everyVerb_saysSo_andAllIsWellAfterwards() throws IOException {
        try (Engine engine = new Engine(new Machine())) {
            Files.createDirectory(engine.dataRoot());
            mountSmallDisk(engine);
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

    private static void mountSmallDisk(Engine engine) {
        String root = engine.dataRoot().toString();
        engine.machine()
                .inHost("mount", "-t", "tmpfs", "-o", "size=32m", "wharf-test", root)
                .ok();
    }

    @Test
    void images_thatDoNotFit_leaveNothingBehind() throws IOException {
        try (Engine engine = new Engine(new Machine())) {
            Files.createDirectory(engine.dataRoot());
            mountSmallDisk(engine);
            engine.start();
            Docker docker = engine.docker();
            Rig.importSmallImage(docker);
            docker.ok("run", "--name", "box", "busybox", "sh", "-c", "head -c 6000000 /dev/urandom >/big");
            docker.ok("commit", "box", "localhost:5000/big");
            String archive = engine.home().resolve("archive.tar").toString();
            String exported = engine.home().resolve("exported.tar").toString();
            docker.ok("save", "-o", archive, "localhost:5000/big");
            docker.ok("export", "-o", exported, "box");
            try (Running registry = RegistryTest.start(engine)) {
                docker.ok("push", "localhost:5000/big");
                docker.ok("rmi", "localhost:5000/big");
                String[][] verbs = {
                    {"pull", "localhost:5000/big"},
                    {"load", "-i", archive},
                    {"commit", "box", "localhost:5000/big"},
                    {"import", exported, "localhost:5000/big"},
                };
                List<String> before = files(engine);
                Path filler = engine.dataRoot().resolve("filler");
                engine.machine().inHost("sh", "-c", "cat /dev/zero >" + filler + "; truncate -s -3M " + filler);
                for (String[] verb : verbs) {
                    Ran refused = docker.run(verb);
                    assertThat(refused.code()).as(verb[0]).isNotZero();
                    assertThat(refused.out() + refused.err())
                            .as(verb[0])
                            .containsIgnoringCase("no space left on device");
                }
                engine.machine().inHost("rm", filler.toString()).ok();
                assertThat(docker.ok("images", "-q").lines()).hasSize(1);
                assertThat(files(engine)).isEqualTo(before);
                for (String[] verb : verbs) {
                    docker.ok(verb);
                    assertThat(docker.ok("run", "--rm", "localhost:5000/big", "wc", "-c", "/big"))
                            .as(verb[0])
                            .isEqualTo("6000000 /big");
                    docker.ok("rmi", "localhost:5000/big");
                }
            }
            docker.ok("rm", "box");
            engine.stop();
            engine.machine().inHost("umount", engine.dataRoot().toString());
        }
    }

    /** What the store keeps, but for the inside of layers. */
    private static List<String> files(Engine engine) {
        return engine.machine()
                .inHost("sh", "-c", "cd " + engine.dataRoot() + " && find layers ingest blobs -maxdepth 1 | sort")
                .ok()
                .lines();
    }
}
