package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Volumes with options of the {@code local} driver, and what containers do with volumes. */
class LocalVolumesTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void tmpfs_livesAsLongAsSomebodyUsesIt() {
        rig.ok("volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs", "-o", "o=size=1m,mode=1770", "fast");
        assertThat(mounts("fast")).isEmpty();
        rig.ok("run", "-d", "--name", "first", "-v", "fast:/x", "busybox", "sh", "-c", "echo a >/x/file; sleep 1000");
        rig.ok("run", "-d", "--name", "second", "-v", "fast:/x", "busybox", "sleep", "1000");
        Awaitility.await()
                .until(() -> rig.run("exec", "second", "cat", "/x/file").text().equals("a"));
        assertThat(rig.run("exec", "second", "dd", "if=/dev/zero", "of=/x/large", "bs=1M", "count=2")
                        .err())
                .contains("No space left on device");
        assertThat(mounts("fast")).hasSize(1);
        rig.ok("stop", "-t", "0", "first");
        assertThat(mounts("fast")).hasSize(1);
        rig.ok("stop", "-t", "0", "second");
        Awaitility.await().untilAsserted(() -> assertThat(mounts("fast")).isEmpty());
        assertThat(rig.run("run", "--rm", "-v", "fast:/x", "busybox", "ls", "/x")
                        .text())
                .isEmpty();
    }

    @Test
    void bind_byOptionsOfAMount_isFilledAndOutlivesTheVolume() throws IOException {
        Path shown = Files.createTempDirectory(rig.engine().home(), "shown");
        String mount =
                "type=volume,src=bound,dst=/etc,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=" + shown;
        assertThat(rig.run("run", "--rm", "--mount", mount, "busybox", "ls", "/etc")
                        .lines())
                .contains("hosts");
        Files.writeString(shown.resolve("file"), "text");
        assertThat(rig.run("run", "--rm", "-v", "bound:/x", "busybox", "cat", "/x/file")
                        .text())
                .isEqualTo("text");
        rig.ok("volume", "rm", "bound");
        assertThat(shown.resolve("file")).hasContent("text");
    }

    @Test
    void mountThatFails_isToldInDockersWords() {
        rig.ok("volume", "create", "-o", "type=nosuchfs", "-o", "device=:/x", "-o", "o=addr=127.0.0.1", "far");
        Ran ran = rig.run("run", "--name", "it", "-v", "far:/x", "busybox", "true");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err())
                .contains("failed to mount local volume: mount :/x:")
                .contains("data: addr=127.0.0.1: no such device");
        rig.ok("rm", "it");
        rig.ok("volume", "rm", "far");
    }

    @Test
    void create_refusesAsDockerDoes() {
        assertThat(rig.run("volume", "create", "-o", "colour=red", "x1").err())
                .contains("create x1: invalid option: \"colour\"");
        assertThat(rig.run("volume", "create", "-o", "type=nfs", "x1").err())
                .contains("missing required option: \"device\"");
        assertThat(rig.run("volume", "create", "-o", "size=much", "x1").err()).contains("invalid size: 'much'");
        assertThat(rig.run("volume", "create", "-o", "size=1g", "x1").err())
                .contains("quota size requested but no quota support");
        assertThat(rig.run("volume", "create", "x").err()).contains("volume name is too short");
        assertThat(rig.ok("volume", "ls", "-q")).isEmpty();
    }

    @Test
    @WharfOnly("its version is older than volumes of clusters")
    void update_isForClusters() {
        rig.ok("volume", "create", "data");
        var reply = rig.http().request("PUT", "/v1.44/volumes/data?version=1", "{}");
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.body()).contains("volume update only valid for cluster volumes, but swarm is unavailable");
    }

    @Test
    @WharfOnly("disks in files are not Docker's")
    void loop_holdsItsSize_andSurvivesARestart() {
        rig.ok("volume", "create", "-o", "size=20m", "-o", "wharf.quota=loop", "disk");
        rig.ok("run", "-d", "--name", "it", "-v", "disk:/x", "busybox", "sleep", "1000");
        assertThat(rig.run("exec", "it", "dd", "if=/dev/zero", "of=/x/large", "bs=1M", "count=30")
                        .err())
                .contains("No space left on device");
        rig.ok("exec", "it", "sh", "-c", "rm /x/large; echo kept >/x/file");
        assertThat(rig.run("volume", "create", "-o", "size=30m", "-o", "wharf.quota=loop", "disk")
                        .err())
                .contains("options must agree");
        rig.engine().kill();
        rig.engine().start();
        assertThat(rig.ok("exec", "it", "cat", "/x/file")).isEqualTo("kept");
        assertThat(mounts("disk")).hasSize(1);
        assertThat(rig.run("volume", "rm", "disk").err()).contains("volume is in use");
        rig.ok("rm", "-f", "it");
        Awaitility.await().untilAsserted(() -> assertThat(mounts("disk")).isEmpty());
        assertThat(rig.run("run", "--rm", "-v", "disk:/x", "busybox", "cat", "/x/file")
                        .text())
                .isEqualTo("kept");
        rig.ok("volume", "rm", "disk");
    }

    @Test
    @WharfOnly("it loses count of who has a volume mounted, and cannot remove it any more")
    void crash_withAMountedVolume_keepsItForWhoRuns_andClearsItForWhoEnded() {
        for (String name : List.of("stays", "ends")) {
            rig.ok("volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs", name + "-vol");
            rig.ok("run", "-d", "--name", name, "-v", name + "-vol:/x", "busybox", "sleep", "1000");
            rig.ok("exec", name, "touch", "/x/file");
        }
        long pid = Long.parseLong(rig.ok("inspect", "-f", "{{.State.Pid}}", "ends"));
        rig.engine().kill();
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        rig.engine().start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(mounts("ends-vol")).isEmpty());
        assertThat(rig.ok("exec", "stays", "ls", "/x")).isEqualTo("file");
        rig.ok("stop", "-t", "0", "stays");
        Awaitility.await().untilAsserted(() -> assertThat(mounts("stays-vol")).isEmpty());
    }

    @Test
    void volumesFrom_goesOnThroughOthers_andKeepsReadOnly() {
        rig.ok("create", "--name", "one", "-v", "data:/d", "-v", "/anonymous", "busybox");
        rig.ok("create", "--name", "two", "--volumes-from", "one:ro", "busybox");
        Ran ran = rig.sh("ls -d /d /anonymous; touch /d/x", "--volumes-from", "two");
        assertThat(ran.out()).contains("/d").contains("/anonymous");
        assertThat(ran.err()).contains("Read-only file system");
        assertThat(rig.sh("touch /d/x && ls /d", "--volumes-from", "one").text())
                .isEqualTo("x");
        rig.ok("rm", "-v", "one");
        assertThat(rig.ok("volume", "ls", "-q").lines()).hasSize(2);
        rig.ok("rm", "-v", "two");
        assertThat(rig.ok("volume", "ls", "-q")).isEqualTo("data");
    }

    @Test
    @WharfOnly("its copies get into each other's way, and one of the containers does not start")
    void emptyVolume_takesOverTheImagesFiles_forAllWhoStartAtOnce() {
        List<Thread> starts = IntStream.range(0, 4)
                .mapToObj(i -> Thread.ofVirtual()
                        .start(() -> rig.run(
                                "run",
                                "--name",
                                "c" + i,
                                "-v",
                                "shared:/bin",
                                "busybox",
                                "sh",
                                "-c",
                                "ls /bin | wc -l")))
                .toList();
        starts.forEach(start -> {
            try {
                start.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        String all =
                rig.run("run", "--rm", "busybox", "sh", "-c", "ls /bin | wc -l").text();
        for (int i = 0; i < 4; i++) {
            assertThat(rig.run("logs", "c" + i).text()).isEqualTo(all);
        }
        assertThat(rig.run("run", "--rm", "-v", "bare:/bin:nocopy", "--entrypoint", "/bin/true", "busybox")
                        .code())
                .isEqualTo(127);
    }

    @Test
    void events_tellOfTheWholeLife() {
        String since = rig.ok("info", "-f", "{{.SystemTime}}");
        rig.ok("volume", "create", "data");
        rig.ok("run", "--rm", "-v", "data:/x:ro", "busybox", "true");
        rig.ok("volume", "rm", "data");
        String format = "{{.Action}} {{.Actor.ID}} {{.Actor.Attributes.driver}} {{.Actor.Attributes.destination}}";
        Awaitility.await()
                .untilAsserted(() -> assertThat(rig.ok(
                                        "events",
                                        "--since",
                                        since,
                                        "--until",
                                        rig.ok("info", "-f", "{{.SystemTime}}"),
                                        "-f",
                                        "type=volume",
                                        "--format",
                                        format)
                                .lines()
                                .map(line -> line.replace(" <no value>", ""))
                                // Debian's dockerd tells of a create once more when a container takes it.
                                .distinct())
                        .containsExactly(
                                "create data local",
                                "mount data local /x",
                                "unmount data local",
                                "destroy data local"));
    }

    /** Mounts of a volume on the host. */
    private static List<String> mounts(String volume) {
        return rig.machine().inHost("cat", "/proc/self/mountinfo").ok().lines().stream()
                .map(line -> line.split(" ")[4])
                .filter(point -> point.endsWith("/volumes/" + volume + "/_data"))
                .toList();
    }
}
