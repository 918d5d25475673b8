package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The daemon as those who run it know it: configuration, signals, and what becomes of containers when it goes. */
@WharfOnly("flags and messages are those of a newer dockerd")
class DaemonTest {
    private static final Path FOLDER = folder();
    private static final Path CONFIG = FOLDER.resolve("daemon.json");

    @RegisterExtension
    static final Rig rig = new Rig(
            "--config-file",
            CONFIG.toString(),
            // As tools give them to dockerd.
            "--containerd=/run/containerd/containerd.sock",
            "--containerd-namespace=tests",
            "--containerd-plugins-namespace=plugins.tests",
            "--userland-proxy=true",
            "--experimental",
            "--ipv6",
            "--fixed-cidr-v6=fd00:6::/64",
            "--dns=192.0.2.53",
            "--dns-search=example.test",
            "--host-gateway-ip=192.0.2.7",
            "--bridge-accept-fwmark=0x6/0xf",
            "--allow-direct-routing");

    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("wharf-tests.");
            Files.writeString(folder.resolve("daemon.json"), "{}");
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void removeFolder() {
        Running.run("rm", "-rf", FOLDER.toString());
    }

    @AfterEach
    void forget() throws IOException {
        if (rig.engine().alive()) {
            reload("{}");
        } else {
            Files.writeString(CONFIG, "{}");
        }
    }

    private static void reload(String json) throws IOException {
        reload(json, "SIGHUP: the configuration is read anew");
    }

    /** Writes the file, asks for it to be read, and waits for what the log says of it. */
    private static void reload(String json, String said) throws IOException {
        long before = count(said);
        Files.writeString(CONFIG, json);
        signal("HUP");
        Awaitility.await().until(() -> count(said) > before);
    }

    private static long count(String said) {
        return Here.read(rig.engine().log())
                .lines()
                .filter(line -> line.contains(said))
                .count();
    }

    private static void signal(String name) {
        Running.run("kill", "-" + name, "" + rig.engine().pid()).ok();
    }

    private static String info(String template) {
        return rig.ok("info", "-f", template);
    }

    private static String state(String name) {
        return rig.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", name);
    }

    @Test
    void hangup_changesWhatMayChange_andTellsIt() throws IOException {
        assertThat(info("{{.LiveRestoreEnabled}} {{.ExperimentalBuild}} {{.Labels}}"))
                .isEqualTo("true true []");
        reload("""
                {"labels": ["place=here"], "debug": true, "live-restore": false, "shutdown-timeout": 7,
                 "default-shm-size": "8m", "default-stop-timeout": 3, "max-concurrent-uploads": 2,
                 "insecure-registries": ["registry.test"], "features": {"one": true}, "mtu": 1400}
                """);
        assertThat(info("{{.LiveRestoreEnabled}} {{.Debug}} {{.Labels}}")).isEqualTo("false true [place=here]");
        assertThat(rig.ok("run", "--rm", "busybox", "df", "-k", "/dev/shm")).contains(" 8192 ");
        assertThat(count("SIGHUP: mtu is another now, and counts from the next start on"))
                .isEqualTo(1);
        String event = rig.ok(
                "events",
                "--since",
                "0",
                "--until",
                "" + (Instant.now().getEpochSecond() + 1),
                "-f",
                "type=daemon",
                "--format",
                "{{json .}}");
        assertThat(event.lines().reduce((first, second) -> second).orElseThrow())
                .contains("\"Action\":\"reload\"", "\"ID\":\"" + info("{{.ID}}") + "\"")
                .contains("\"name\":\"" + info("{{.Name}}") + "\"", "\"debug\":\"true\"", "\"live-restore\":\"false\"")
                .contains("\"labels\":\"[\\\"place=here\\\"]\"", "\"shutdown-timeout\":\"7\"")
                .contains("\"default-shm-size\":\"8388608\"", "\"default-stop-timeout\":\"3\"")
                .contains("\"max-concurrent-uploads\":\"2\"", "\"max-concurrent-downloads\":\"3\"")
                .contains("\"insecure-registries\":\"[\\\"registry.test\\\"]\"", "\"registry-mirrors\":\"[]\"")
                .contains(
                        "\"features\":\"map[one:true]\"",
                        "\"default-runtime\":\"" + info("{{.DefaultRuntime}}") + "\"");

        for (String wrong :
                List.of("{\"labels\": [\"other=x\"], \"colour\": 1}", "{", "{\"default-runtime\": \"none\"}")) {
            reload(wrong, "SIGHUP: nothing changes");
        }
        assertThat(info("{{.Labels}}")).isEqualTo("[place=here]");
    }

    @Test
    void withoutLiveRestore_containersStopWithTheEngine_andPoliciesBringThemBack() throws IOException {
        reload("{\"live-restore\": false, \"default-stop-timeout\": 1}");
        rig.ok(
                "run",
                "-d",
                "--name",
                "always",
                "--restart",
                "always",
                "busybox",
                "sh",
                "-c",
                "trap 'echo told; exit 7' TERM; while :; do sleep 0.1; done");
        rig.ok("run", "-d", "--name", "unless", "--restart", "unless-stopped", "busybox", "sleep", "1000");
        rig.ok("run", "-d", "--name", "by-hand", "--restart", "unless-stopped", "busybox", "sleep", "1000");
        rig.ok("run", "-d", "--name", "none", "busybox", "sleep", "1000");
        rig.ok("run", "-d", "--name", "gone", "--rm", "busybox", "sleep", "1000");
        rig.ok("stop", "-t", "0", "by-hand");
        Awaitility.await()
                .until(() -> rig.docker().run("exec", "always", "true").code() == 0);
        rig.engine().stop();
        assertThat(OwnProcesses.of(rig.engine().home())).isEmpty();

        Files.writeString(CONFIG, "{}");
        rig.engine().start();
        Awaitility.await()
                .until(() ->
                        state("always").equals("running 0") && state("unless").equals("running 0"));
        assertThat(rig.ok("logs", "always")).isEqualTo("told");
        assertThat(state("none")).isEqualTo("exited 137");
        assertThat(state("by-hand")).isEqualTo("exited 137");
        Awaitility.await()
                .until(() -> !rig.ok("ps", "-a", "--format", "{{.Names}}").contains("gone"));

        // And with it, which is the default, nothing notices.
        String since = rig.ok("inspect", "-f", "{{.State.StartedAt}}", "always");
        rig.engine().stop();
        rig.engine().start();
        assertThat(rig.ok("inspect", "-f", "{{.State.StartedAt}}", "always")).isEqualTo(since);
    }

    @Test
    void secondSignal_hastens_andThirdLeavesAtOnce() throws Exception {
        reload("{\"live-restore\": false}");
        rig.ok("run", "-d", "--name", "deaf", "--stop-timeout", "60", "busybox", "sleep", "1000");
        signal("TERM");
        Awaitility.await().until(() -> count("StopAll: stopping 1 containers") == 1);
        signal("INT");
        awaitEnd();
        rig.engine().start();
        assertThat(state("deaf")).isEqualTo("exited 137");

        reload("{\"live-restore\": false}");
        rig.ok("start", "deaf");
        signal("TERM");
        Awaitility.await().until(() -> count("StopAll: stopping 1 containers") == 2);
        signal("TERM");
        signal("TERM");
        awaitEnd();
        Files.writeString(CONFIG, "{}");
        rig.engine().start();
    }

    private static void awaitEnd() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() -> !rig.engine().alive());
    }

    @Test
    void flagsOfNetworksAndNames_haveTheirEffect() {
        assertThat(rig.ok("run", "--rm", "busybox", "cat", "/etc/resolv.conf"))
                .contains("nameserver 192.0.2.53", "search example.test");
        assertThat(rig.ok("run", "--rm", "--dns", "192.0.2.9", "busybox", "cat", "/etc/resolv.conf"))
                .contains("nameserver 192.0.2.9", "search example.test");
        assertThat(rig.ok("run", "--rm", "--add-host", "host:host-gateway", "busybox", "cat", "/etc/hosts"))
                .contains("192.0.2.7\thost");
        assertThat(rig.ok("network", "inspect", "-f", "{{.EnableIPv6}} {{json .IPAM.Config}}", "bridge"))
                .startsWith("true ")
                .contains("\"Subnet\":\"fd00:6::/64\"", "\"Gateway\":\"fd00:6::1\"");
        assertThat(rig.ok("run", "--rm", "busybox", "ip", "-6", "addr", "show", "eth0"))
                .contains("fd00:6::");
        assertThat(count("--containerd is read and has no meaning")).isPositive();
    }

    @Test
    void configurations_areCheckedInWordsThatToolsKnow() throws IOException {
        Path file = FOLDER.resolve("other.json");
        Files.writeString(file, "{\"hosts\": [\"unix:///a\"], \"debug\": true}");
        String path = file.toString();
        Ran right = daemon("wharfd", "--validate", "--config-file", path);
        assertThat(right.code() + right.err()).isEqualTo("0configuration OK\n");
        Ran twice = daemon("wharfd", "--config-file", path, "-H", "unix:///b", "--debug=false");
        assertThat(twice.code()).isEqualTo(1);
        assertThat(twice.err())
                .contains(
                        "unable to configure the daemon with file " + path + ": the following directives are specified"
                                + " both as a flag and in the configuration file: debug: (from flag: false, from file: true),"
                                + " hosts: (from flag: [unix:///b], from file: [unix:///a])");
        Files.writeString(file, "{\"colour\": 1}");
        assertThat(daemon("dockerd", "--validate", "--config-file", path).err())
                .startsWith("unable to configure the Docker daemon with file " + path
                        + ": the following directives don't match any configuration option: colour");
    }

    /** The daemon under a name, with arguments that end it by themselves. */
    private static Ran daemon(String name, String... arguments) throws IOException {
        Path link = FOLDER.resolve(name);
        if (!Files.exists(link)) {
            Files.createSymbolicLink(link, Here.ROOT.resolve("bin/wharfd"));
        }
        List<String> command = new ArrayList<>(List.of(link.toString()));
        command.addAll(List.of(arguments));
        return Running.start(command, Map.of()).finish();
    }
}
