package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

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
    @ValueSource(strings = {"1.24", "1.25", "1.30", "1.35", "1.40", "1.41", "1.43", "1.44", "1.47", "1.50"})
    void client_ofAnyVersion_isServed(String version) {
        if (Here.DOCKERD && version.compareTo(NEWEST) > 0) {
            return;
        }
        Docker docker = rig.docker().with("DOCKER_API_VERSION", version);
        assertThat(docker.run("run", "--rm", "busybox", "sh", "-c", "echo x; exit 3")
                        .code())
                .isEqualTo(3);
        assertThat(docker.run("ps", "-a").code()).isZero();
        assertThat(docker.run("images").code()).isZero();
        assertThat(docker.run("info").code()).isZero();
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
