package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Snapshots, clones and archives of volumes, with containers that run, clients that leave and engines that die. */
@WharfOnly("nobody else has it")
class VolumeCopyTest {
    private static final Path POINTS = points();

    @RegisterExtension
    static final Rig rig = new Rig().properties("-Dwharf.failpoints=" + POINTS);

    private static Path points() {
        try {
            return Files.createTempDirectory("wharf-points").resolve("points");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void removePoints() {
        Running.run("rm", "-rf", POINTS.getParent().toString()).ok();
    }

    @BeforeEach
    @AfterEach
    void disarm() throws IOException {
        Files.writeString(POINTS, "");
    }

    private static Http.Reply post(String path, String json) {
        return rig.http().post("/wharf/v1/volumes/" + path, json);
    }

    private static Path volumes() {
        return rig.engine().dataRoot().resolve("volumes");
    }

    private static void write(String volume, String text) {
        rig.sh("echo " + text + " >/data/x", "-v", volume + ":/data").ok();
    }

    private static String read(String volume) {
        return rig.sh("cat /data/x", "-v", volume + ":/data").ok().text();
    }

    @Test
    void snapshot_restore_clone_andRename() {
        write("data1", "first");
        Http.Reply taken = post("data1/snapshots", "{\"Name\":\"monday\",\"Labels\":{\"why\":\"backup\"}}");
        assertThat(taken.status()).as(taken.body()).isEqualTo(201);
        assertThat(taken.body())
                .contains("\"Name\":\"monday\"", "\"Volume\":\"data1\"", "\"why\":\"backup\"", "\"Size\":6");
        write("data1", "second");
        assertThat(post("data1/clone", "{\"Name\":\"data2\",\"Snapshot\":\"monday\"}")
                        .status())
                .isEqualTo(201);
        assertThat(post("data1/clone", "{\"Name\":\"data3\"}").status()).isEqualTo(201);
        assertThat(read("data2")).isEqualTo("first");
        assertThat(read("data3")).isEqualTo("second");
        assertThat(post("data1/restore?snapshot=monday", "").status()).isEqualTo(204);
        assertThat(read("data1")).isEqualTo("first");
        String id = rig.ok("create", "-v", "data3:/data", "busybox");
        assertThat(post("data3/rename?to=data4", "").body()).contains("volume is in use - [" + id + "]");
        assertThat(post("data1/rename?to=data4", "").status()).isEqualTo(200);
        assertThat(read("data4")).isEqualTo("first");
        assertThat(rig.run("volume", "rm", "data4").err()).contains("volume has snapshots - [monday]");
        assertThat(rig.http().delete("/wharf/v1/volumes/data4/snapshots/monday").status())
                .isEqualTo(204);
        // The client asks for whole seconds.
        Awaitility.await()
                .untilAsserted(() -> assertThat(rig.ok(
                                        "events",
                                        "--since",
                                        "1m",
                                        "--until",
                                        "0s",
                                        "--filter",
                                        "volume=data4",
                                        "--format",
                                        "{{.Action}}")
                                .lines())
                        .contains("rename", "snapshot-remove"));
        rig.ok("volume", "rm", "data4");
        assertThat(rig.http().get("/wharf/v1/volumes/none/snapshots").status()).isEqualTo(404);
        assertThat(post("data2/restore?snapshot=never", "").body()).contains("no such snapshot: never");
        assertThat(post("data2/snapshots", "{\"Name\":\"../x\"}").status()).isEqualTo(400);
    }

    @Test
    void archive_goesOutAndComesBack() {
        rig.sh(
                        "mkdir /data/sub && echo kept >/data/sub/x && ln /data/sub/x /data/again && chown 7:8 /data/sub",
                        "-v",
                        "data1:/data")
                .ok();
        String url = "http://localhost/wharf/v1/volumes/";
        String pipe = "curl -sS --fail --unix-socket " + rig.engine().socket() + " " + url + "data1/export | gzip | "
                + "curl -sS --fail --unix-socket " + rig.engine().socket() + " -X POST -T - " + url + "data2/import";
        assertThat(Running.run("bash", "-o", "pipefail", "-c", pipe).ok().text())
                .contains("\"Name\":\"data2\"");
        assertThat(rig.sh("cat /data/again && stat -c '%u %g %h' /data/sub /data/again", "-v", "data2:/data")
                        .ok()
                        .lines())
                .containsExactly("kept", "7 8 2", "0 0 2");
    }

    @Test
    void freeze_holdsContainersStill_andLetsThemGoWhateverHappens() throws IOException {
        rig.ok(
                "run",
                "-d",
                "--name",
                "writer",
                "-v",
                "data1:/data",
                "busybox",
                "sh",
                "-c",
                "i=0; while true; do i=$((i+1)); echo $i >/data/x; echo $i >/data/y; done");
        for (int i = 0; i < 3; i++) {
            assertThat(post("data1/snapshots?freeze=1", "{\"Name\":\"s" + i + "\"}")
                            .status())
                    .isEqualTo(201);
        }
        assertGoesOn("writer");
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}}", "writer")).isEqualTo("running");
        assertThat(post("data1/restore?snapshot=s0", "").body()).contains("containers run with it");
        // The client leaves in the middle.
        try (SocketChannel channel = rig.http().connect()) {
            String body = "{\"Name\":\"left\"}";
            channel.write(java.nio.ByteBuffer.wrap(("POST /wharf/v1/volumes/data1/snapshots?freeze=1 HTTP/1.1\r\n"
                            + "Host: x\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                            + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.UTF_8)));
        }
        assertGoesOn("writer");
        // The engine dies in the middle: the container stands still until the next one is there.
        Files.writeString(POINTS, "snapshot staged#1 kill");
        dying("data1/snapshots?freeze=1", "{\"Name\":\"dead\"}");
        Files.writeString(POINTS, "");
        rig.engine().start();
        assertGoesOn("writer");
        assertThat(rig.http().get("/wharf/v1/volumes/data1/snapshots").body()).doesNotContain("dead");
        Awaitility.await()
                .untilAsserted(() -> assertThat(volumes().resolve(".staging")).isEmptyDirectory());
        rig.ok("rm", "-f", "writer");
        rig.ok("volume", "rm", "-f", "data1");
    }

    private static void assertGoesOn(String container) {
        String before = rig.ok("exec", container, "cat", "/data/y");
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(rig.ok("exec", container, "cat", "/data/y")).isNotEqualTo(before));
    }

    /** Asks for something at which the engine ends. */
    private static void dying(String path, String json) {
        try {
            post(path, json);
        } catch (RuntimeException e) {
            // No answer is what is expected.
        }
        Awaitility.await().until(() -> !rig.engine().alive());
    }

    @Test
    void death_atAnyStep_leavesTheOldOrTheNew() throws IOException {
        write("data1", "first");
        assertThat(post("data1/snapshots", "{\"Name\":\"one\"}").status()).isEqualTo(201);
        write("data1", "second");
        Map<String, String> steps = new LinkedHashMap<>();
        steps.put("volume filled", "data1/clone");
        steps.put("swap volume", "data1/restore?snapshot=one");
        for (var step : steps.entrySet()) {
            Files.writeString(POINTS, step.getKey() + "#1 kill");
            dying(step.getValue(), "{\"Name\":\"copy\"}");
            Files.writeString(POINTS, "");
            rig.engine().start();
            assertThat(read("data1"))
                    .as(step.getKey())
                    .isEqualTo(step.getKey().startsWith("swap") ? "first" : "second");
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(volumes().resolve(".staging")).isEmptyDirectory());
        }
        assertThat(rig.ok("volume", "ls", "-q")).isEqualTo("data1");
        rig.ok("volume", "rm", "-f", "data1");
    }

    @Test
    void limitedVolume_isRestoredInPlace_andItsCloneHasTheLimitToo() throws IOException {
        rig.ok("volume", "create", "--opt", "size=16m", "--opt", "wharf.quota=loop", "data1");
        write("data1", "first");
        assertThat(post("data1/snapshots", "{\"Name\":\"one\"}").status()).isEqualTo(201);
        write("data1", "second");
        Files.writeString(POINTS, "refill volume#1 kill");
        dying("data1/restore?snapshot=one", "");
        Files.writeString(POINTS, "");
        rig.engine().start();
        Awaitility.await().untilAsserted(() -> assertThat(read("data1")).isEqualTo("first"));
        Http.Reply cloned = post("data1/clone", "{\"Name\":\"data2\"}");
        assertThat(cloned.status()).as(cloned.body()).isEqualTo(201);
        assertThat(read("data2")).isEqualTo("first");
        assertThat(rig.sh("dd if=/dev/zero of=/data/big bs=1M count=32", "-v", "data2:/data")
                        .err())
                .contains("No space left on device");
        rig.ok("volume", "rm", "-f", "data1");
    }
}
