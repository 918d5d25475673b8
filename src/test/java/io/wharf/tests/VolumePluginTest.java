package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Volumes of a plugin that speaks Docker's protocol, well, badly, and not at all. */
@WharfOnly("it takes no folders of plugins")
class VolumePluginTest {
    private static final Path FOLDER = temporary();

    @RegisterExtension
    static final Rig rig = new Rig("--plugin-dir", FOLDER.resolve("found").toString());

    private static @Nullable Running plugin;

    private static Path temporary() {
        try {
            Path folder = Files.createTempDirectory("wharf-plugin");
            Files.createDirectory(folder.resolve("found"));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Running begin() {
        Path socket = FOLDER.resolve("found/tiny.sock");
        Running started = Running.start(
                List.of("python3", Here.resource("plugin.py").toString(), socket.toString(), FOLDER.toString()),
                Map.of());
        Awaitility.await().pollInterval(Duration.ofMillis(20)).until(() -> Files.exists(socket));
        return started;
    }

    @AfterAll
    static void end() {
        if (plugin != null) {
            plugin.close();
        }
        Running.run("rm", "-rf", "--one-file-system", FOLDER.toString()).ok();
    }

    @BeforeEach
    void forget() throws IOException {
        if (plugin == null || !plugin.alive()) {
            plugin = begin();
        }
        Files.deleteIfExists(FOLDER.resolve("calls"));
    }

    private static List<String> calls(String name) {
        return Here.read(FOLDER.resolve("calls"))
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .toList();
    }

    @Test
    void volume_isMadeUsedShownAndRemoved() {
        assertThat(rig.ok("volume", "create", "-d", "tiny", "-o", "size=1g", "far"))
                .isEqualTo("far");
        assertThat(calls("VolumeDriver.Create").getFirst()).contains("\"Name\":\"far\"", "\"Opts\":{\"size\":\"1g\"}");
        rig.sh("echo kept >/data/x", "-v", "far:/data").ok();
        assertThat(Here.read(FOLDER.resolve("volumes/far/x"))).isEqualTo("kept\n");
        assertThat(calls("VolumeDriver.Mount")).hasSize(1);
        assertThat(calls("VolumeDriver.Unmount")).hasSize(1);
        assertThat(rig.ok(
                        "volume", "inspect", "-f", "{{.Driver}} {{.Scope}} {{.Mountpoint}} {{.Status.colour}}", "far"))
                .isEqualTo("tiny global " + FOLDER.resolve("volumes/far") + " green");
        assertThat(rig.ok("volume", "ls", "--format", "{{.Driver}} {{.Name}}")).isEqualTo("tiny far");
        assertThat(rig.ok("info", "-f", "{{.Plugins.Volume}}")).isEqualTo("[local tiny]");
        assertThat(rig.http().get("/plugins").body().strip()).isEqualTo("[]");
        rig.ok("volume", "rm", "far");
        assertThat(FOLDER.resolve("volumes/far")).doesNotExist();
    }

    @Test
    void run_withVolumeDriver_makesItsVolumesThere() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "user",
                "--volume-driver",
                "tiny",
                "-v",
                "near:/data",
                "busybox",
                "sleep",
                "1000");
        rig.ok("exec", "user", "touch", "/data/x");
        assertThat(FOLDER.resolve("volumes/near/x")).exists();
        // Killed together with its engine: the plugin hears of the end when the engine is back.
        String pid = rig.ok("inspect", "-f", "{{.State.Pid}}", "user");
        rig.ok("run", "-d", "--name", "stays", "-v", "near:/data", "busybox", "sleep", "1000");
        rig.engine().kill();
        Running.run("kill", "-KILL", pid).ok();
        rig.engine().start();
        Awaitility.await()
                .untilAsserted(() -> assertThat(calls("VolumeDriver.Unmount")).hasSize(1));
        rig.ok("rm", "-f", "stays");
        Awaitility.await()
                .untilAsserted(() -> assertThat(calls("VolumeDriver.Unmount")).hasSize(2));
        rig.ok("start", "user");
        assertThat(rig.ok("exec", "user", "ls", "/data")).isEqualTo("x");
    }

    @Test
    void volume_thatOnlyThePluginKnows_isListedUsedAndRemoved() throws IOException {
        Files.createDirectories(FOLDER.resolve("volumes/found"));
        assertThat(rig.ok("volume", "ls", "-q")).isEqualTo("found");
        assertThat(rig.ok("volume", "inspect", "-f", "{{.Driver}}", "found")).isEqualTo("tiny");
        rig.sh("touch /data/x", "-v", "found:/data").ok();
        assertThat(FOLDER.resolve("volumes/found/x")).exists();
        rig.ok("volume", "rm", "found");
        assertThat(FOLDER.resolve("volumes/found")).doesNotExist();
    }

    @Test
    void refusals_areThePluginsWords() throws IOException {
        assertThat(rig.run("volume", "create", "-d", "nobody", "v1").err())
                .contains("create v1: error looking up volume plugin nobody: plugin \"nobody\" not found");
        rig.ok("volume", "create", "-d", "tiny", "bad");
        Path refusal = Files.writeString(FOLDER.resolve("fail-VolumeDriver.Mount"), "the cable is out");
        assertThat(rig.run("run", "--rm", "-v", "bad:/data", "busybox", "true").err())
                .contains("error while mounting volume '': VolumeDriver.Mount: the cable is out");
        Files.delete(refusal);
        refusal = Files.writeString(FOLDER.resolve("fail-VolumeDriver.Remove"), "not today");
        assertThat(rig.run("volume", "rm", "bad").err()).contains("remove bad: VolumeDriver.Remove: not today");
        Files.delete(refusal);
        assertThat(rig.ok("volume", "ls", "-q")).isEqualTo("bad");
    }

    @Test
    void list_withADeadPlugin_isQuickAndWarns() throws IOException {
        rig.ok("volume", "create", "-d", "tiny", "lost");
        rig.ok("volume", "create", "here");
        Path stale = Files.writeString(FOLDER.resolve("found/stale.spec"), "tcp://127.0.0.1:1");
        Path hang = Files.createFile(FOLDER.resolve("hang"));
        long begun = System.nanoTime();
        Http.Reply first = rig.http().get("/volumes");
        assertThat(first.body()).contains("\"lost\"", "\"here\"", "list tiny: ");
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)).isLessThan(6_000);
        begun = System.nanoTime();
        assertThat(rig.ok("volume", "ls", "-q").lines()).containsExactly("here", "lost");
        assertThat(rig.ok("volume", "create", "other")).isEqualTo("other");
        assertThat(rig.sh("true", "-v", "other:/x").code()).isZero();
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)).isLessThan(3_000);
        Files.delete(stale);
        Files.delete(hang);
        // By its name it is tried again, and so it is back for all.
        assertThat(rig.ok("volume", "inspect", "-f", "{{.Status.colour}}", "lost"))
                .isEqualTo("green");
        assertThat(rig.http().get("/volumes").body()).contains("\"Warnings\":null");
    }
}
