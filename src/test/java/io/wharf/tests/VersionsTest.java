package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions of the API, {@code version}, {@code info}, {@code _ping}. */
class VersionsTest {
    private static final String NEWEST = Here.DOCKERD ? "1.41" : "1.56";

    @RegisterExtension
    static final Rig rig = new Rig();

    @ParameterizedTest
    @ValueSource(strings = {"1.24", "1.30", "1.41", "1.44", "1.50"})
    void client_ofAnyVersion_isServed(String version) {
        if (Here.DOCKERD && version.compareTo(NEWEST) > 0) {
            return;
        }
        Docker docker = rig.docker().with("DOCKER_API_VERSION", version);
        assertThat(docker.run("run", "--rm", "busybox", "sh", "-c", "echo x; exit 3")
                        .code())
                .isEqualTo(3);
        assertThat(docker.ok("run", "-d", "--name", "web", "-v", "data:/data", "busybox", "sh", "-c", "echo said; cat"))
                .hasSize(64);
        assertThat(docker.ok("ps", "-a", "--format", "{{.Names}}"))
                .as("the other one is gone")
                .isEqualTo("web");
        await().untilAsserted(() -> assertThat(docker.ok("logs", "web")).isEqualTo("said"));
        assertThat(docker.ok("inspect", "-f", "{{.Config.Image}} {{.RestartCount}}", "web"))
                .isEqualTo("busybox 0");
        assertThat(docker.ok("network", "ls", "--format", "{{.Name}}").lines()).contains("bridge", "host", "none");
        assertThat(docker.ok("volume", "ls", "-q")).isEqualTo("data");
        assertThat(docker.ok("images", "--format", "{{.Repository}}:{{.Tag}}")).isEqualTo("busybox:latest");
        assertThat(docker.ok("info", "-f", "{{.Containers}}")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.24", "1.41", "1.50"})
    void client_ofAnyVersion_goesInto(String version) {
        if (Here.DOCKERD && version.compareTo(NEWEST) > 0) {
            return;
        }
        Docker docker = rig.docker().with("DOCKER_API_VERSION", version);
        docker.ok("run", "-d", "--name", "web", "busybox", "sleep", "1000");
        assertThat(docker.run("exec", "web", "sh", "-c", "echo in; exit 4").code())
                .isEqualTo(4);
        docker.ok("network", "create", "lan");
        docker.ok("network", "connect", "lan", "web");
        assertThat(docker.ok("inspect", "-f", "{{len .NetworkSettings.Networks}}", "web"))
                .isEqualTo("2");
        docker.ok("stop", "-t", "0", "web");
        assertThat(docker.ok("wait", "web")).isEqualTo("137");
        docker.ok("rm", "web");
    }

    @Test
    void client_negotiates() {
        String client = rig.ok("version", "-f", "{{.Client.DefaultAPIVersion}}");
        assertThat(rig.ok("version", "-f", "{{.Client.APIVersion}} {{.Server.APIVersion}}"))
                .isEqualTo((client.compareTo(NEWEST) < 0 ? client : NEWEST) + " " + NEWEST);
        assertThat(rig.ok("version", "-f", "{{.Server.MinAPIVersion}}")).isIn("1.12", "1.24");
    }

    @Test
    void tooNewAndTooOld_areRefused() {
        Http.Reply reply = rig.http().get("/v1.99/containers/json");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).contains("client version 1.99 is too new. Maximum supported API version is " + NEWEST);
        Http.Reply old = rig.http().get("/v1.5/containers/json");
        assertThat(old.status()).isEqualTo(400);
        assertThat(old.body()).contains("client version 1.5 is too old. Minimum supported API version is");
    }

    @Test
    void ping_tellsTheVersion() {
        Http.Reply reply = rig.http().get("/_ping");
        assertThat(reply.body()).isEqualTo("OK");
        assertThat(reply.header("Api-Version")).isEqualTo(NEWEST);
        assertThat(reply.header("Ostype")).isEqualTo("linux");
        assertThat(reply.header("Content-Type")).startsWith("text/plain");
        assertThat(reply.header("Cache-Control")).contains("no-cache");
        Http.Reply head = rig.http().request("HEAD", "/_ping", null);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(rig.http().get("/v1.24/_ping").status()).isEqualTo(200);
    }

    @Test
    void info_tellsTheEngine() {
        assertThat(rig.ok("info", "-f", "{{.Driver}} {{.DockerRootDir}} {{.OSType}} {{.CgroupDriver}} {{.NCPU}}"))
                .matches("overlay2? " + rig.engine().dataRoot() + " linux (cgroupfs|systemd) \\d+");
        assertThat(rig.ok("info", "-f", "{{.Images}} {{.Containers}}")).isEqualTo("1 0");
        rig.ok("create", "busybox");
        assertThat(rig.ok("info", "-f", "{{.Containers}} {{.ContainersRunning}} {{.ContainersStopped}}"))
                .isEqualTo("1 0 1");
        assertThat(rig.ok("info", "-f", "{{json .SecurityOptions}}")).contains("name=seccomp");
        assertThat(rig.ok("info", "-f", "{{.DefaultRuntime}} {{json .Plugins.Network}}"))
                .contains("bridge")
                .matches("(runc|crun) .*");
    }

    @Test
    @WharfOnly("it has one runtime")
    void info_tellsWhyThisRuntime() {
        assertThat(rig.run("info").out()).containsAnyOf("crun", "runc");
    }

    @Test
    void systemDf_counts() {
        rig.ok("create", "-v", "vol:/x", "busybox");
        assertThat(rig.ok("system", "df", "--format", "{{.Type}} {{.TotalCount}}")
                        .lines())
                .contains("Images 1", "Containers 1", "Local Volumes 1");
    }
}
