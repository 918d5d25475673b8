package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Networks of a plugin that speaks Docker's remote driver protocol. */
@WharfOnly("it takes no folders of plugins")
class NetworkPluginTest {
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

    @AfterAll
    static void end() {
        if (plugin != null) {
            plugin.close();
        }
        Running.run("rm", "-rf", "--one-file-system", FOLDER.toString()).ok();
    }

    @BeforeEach
    void begin() throws IOException {
        if (plugin == null || !plugin.alive()) {
            Path socket = FOLDER.resolve("found/tiny.sock");
            plugin = Running.start(
                    rig.machine()
                            .command(List.of(
                                    "python3",
                                    Here.resource("network_plugin.py").toString(),
                                    socket.toString(),
                                    FOLDER.toString())),
                    Map.of());
            Awaitility.await().pollInterval(Duration.ofMillis(20)).until(() -> Files.exists(socket));
        }
        Files.deleteIfExists(FOLDER.resolve("calls"));
    }

    private static List<String> calls(String name) {
        return Here.read(FOLDER.resolve("calls"))
                .lines()
                .filter(line -> line.startsWith("NetworkDriver." + name + " "))
                .toList();
    }

    @Test
    void network_isThePlugins_andContainersAreInIt() {
        rig.ok("network", "create", "-d", "tiny", "--subnet", "10.77.0.0/24", "-o", "colour=green", "far");
        assertThat(calls("CreateNetwork").getFirst()).contains("\"colour\":\"green\"", "\"Gateway\":\"10.77.0.1/24\"");
        rig.ok("run", "-d", "--name", "one", "--network", "far", "--ip", "10.77.0.9", "busybox", "sleep", "1000");
        assertThat(rig.ok("exec", "one", "ip", "-4", "addr", "show", "eth0")).contains("10.77.0.9/24");
        assertThat(rig.ok("exec", "one", "ip", "route")).contains("default via 10.77.0.1", "198.51.100.0/24 dev eth0");
        assertThat(rig.ok("inspect", "-f", "{{.NetworkSettings.Networks.far.MacAddress}}", "one"))
                .isEqualTo("02:aa:bb:cc:dd:ee");
        assertThat(rig.ok("exec", "one", "ping", "-c", "1", "-W", "5", "10.77.0.1"))
                .contains("1 packets received");
        assertThat(rig.ok("info", "-f", "{{.Plugins.Network}}")).contains("bridge", "tiny");
        assertThat(rig.run("network", "rm", "far").err()).contains("has active endpoints");
        rig.ok("rm", "-f", "one");
        Awaitility.await()
                .untilAsserted(() -> assertThat(calls("DeleteEndpoint")).hasSize(1));
        rig.ok("network", "rm", "far");
        assertThat(calls("DeleteNetwork")).hasSize(1);
    }

    @Test
    void container_comesAndGoesWhileItRuns_andWhileTheEngineIsAway() {
        rig.ok("network", "create", "-d", "tiny", "--subnet", "10.78.0.0/24", "far");
        rig.ok("run", "-d", "--name", "one", "busybox", "sleep", "1000");
        rig.ok("network", "connect", "far", "one");
        assertThat(rig.ok("exec", "one", "ip", "-4", "addr", "show", "eth1")).contains("10.78.0.2/24");
        rig.ok("network", "disconnect", "far", "one");
        assertThat(rig.ok("exec", "one", "ip", "addr")).doesNotContain("eth1");
        Awaitility.await()
                .untilAsserted(() -> assertThat(calls("DeleteEndpoint")).hasSize(1));
        rig.ok("network", "connect", "far", "one");
        String pid = rig.ok("inspect", "-f", "{{.State.Pid}}", "one");
        rig.engine().kill();
        Running.run("kill", "-KILL", pid).ok();
        rig.engine().start();
        Awaitility.await()
                .untilAsserted(() -> assertThat(calls("DeleteEndpoint")).hasSize(2));
        rig.ok("network", "rm", "far");
    }

    @Test
    void refusals_areThePluginsWords_andLeaveNothing() throws IOException {
        assertThat(rig.run("network", "create", "-d", "nobody", "far").err()).contains("plugin \"nobody\" not found");
        Path refusal = Files.writeString(FOLDER.resolve("fail-NetworkDriver.CreateNetwork"), "the cable is out");
        assertThat(rig.run("network", "create", "-d", "tiny", "far").err()).contains("remote: the cable is out");
        Files.delete(refusal);
        assertThat(rig.ok("network", "ls", "-q", "--filter", "driver=tiny")).isEmpty();
        rig.ok("network", "create", "-d", "tiny", "far");
        refusal = Files.writeString(FOLDER.resolve("fail-NetworkDriver.Join"), "no link today");
        assertThat(rig.run("run", "--rm", "--network", "far", "busybox", "true").err())
                .contains("remote: no link today");
        Files.delete(refusal);
        assertThat(calls("DeleteEndpoint")).hasSize(1);
        rig.ok("network", "rm", "far");
    }
}
