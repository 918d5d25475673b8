package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code docker ps} with its filters, and {@code docker inspect}. */
class ListTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @BeforeEach
    void makeThree() {
        rig.ok("run", "-d", "--name", "running", "-l", "tier=web", "-p", "8080:80", "busybox", "sleep", "1000");
        rig.run("run", "--name", "exited", "-l", "tier=db", "-v", "vol:/data", "busybox", "sh", "-c", "exit 3");
        rig.ok("create", "--name", "created", "--network", "none", "busybox", "true");
    }

    @Test
    void ps_showsTheRunning_andAWithAll() {
        assertThat(names()).containsExactly("running");
        assertThat(names("-a")).containsExactly("created", "exited", "running");
        assertThat(names("-l")).containsExactly("created");
        assertThat(names("-n", "2")).containsExactly("created", "exited");
    }

    @Test
    void ps_filters() {
        assertThat(names("-a", "-f", "status=exited")).containsExactly("exited");
        assertThat(names("-a", "-f", "status=created", "-f", "status=running")).containsExactly("created", "running");
        assertThat(names("-a", "-f", "name=exi")).containsExactly("exited");
        assertThat(names("-a", "-f", "name=^/created$")).containsExactly("created");
        assertThat(names("-a", "-f", "label=tier")).containsExactly("exited", "running");
        assertThat(names("-a", "-f", "label=tier=db")).containsExactly("exited");
        assertThat(names("-a", "-f", "exited=3")).containsExactly("exited");
        assertThat(names("-a", "-f", "exited=4")).isEmpty();
        assertThat(names("-f", "exited=3")).isEmpty();
        assertThat(names("-a", "-f", "id=" + id("created").substring(3, 12))).isEmpty();
        assertThat(names("-a", "-f", "is-task=false", "-f", "health=none"))
                .containsExactly("created", "exited", "running");
        assertThat(names("-a", "-f", "is-task=true")).isEmpty();
        assertThat(names("-f", "expose=80/tcp")).containsExactly("running");
        assertThat(names("-a", "-f", "id=" + id("created").substring(0, 9))).containsExactly("created");
        assertThat(names("-a", "-f", "before=exited")).containsExactly("running");
        assertThat(names("-a", "-f", "since=exited")).containsExactly("created");
        assertThat(names("-a", "-f", "volume=vol")).containsExactly("exited");
        assertThat(names("-a", "-f", "volume=/data")).containsExactly("exited");
        assertThat(names("-a", "-f", "network=none")).containsExactly("created");
        assertThat(names("-a", "-f", "network=bridge")).containsExactly("exited", "running");
        assertThat(names("-a", "-f", "publish=8080")).containsExactly("running");
        assertThat(names("-a", "-f", "ancestor=busybox")).containsExactly("created", "exited", "running");
        assertThat(names("-a", "-f", "ancestor=nothing")).isEmpty();
    }

    @Test
    void ps_badFilters_areRefused() {
        assertThat(rig.run("ps", "-f", "nonsense=1").err()).containsIgnoringCase("invalid filter");
        for (String filter : new String[] {
            "status=nonsense",
            "health=nonsense",
            "exited=x",
            "is-task=maybe",
            "before=nobody",
            "publish=8x",
            "expose=1:2"
        }) {
            assertThat(rig.run("ps", "-f", filter).code()).as(filter).isEqualTo(1);
        }
        assertThat(rig.http().get("/containers/json?filters=%7Bbroken").status())
                .isIn(400, Here.DOCKERD ? 500 : 400);
    }

    @Test
    void ps_columns() {
        String format = "{{.ID}}|{{.Image}}|{{.Command}}|{{.Status}}|{{.Ports}}|{{.Names}}";
        String[] fields = rig.ok("ps", "--format", format).split("\\|");
        assertThat(fields[0]).isEqualTo(id("running").substring(0, 12));
        assertThat(fields[1]).isEqualTo("busybox");
        assertThat(fields[2]).isEqualTo("\"sleep 1000\"");
        assertThat(fields[3]).matches("Up .*second.*");
        assertThat(fields[4]).contains("0.0.0.0:8080->80/tcp");
        assertThat(rig.ok("ps", "-a", "-f", "name=exited", "--format", "{{.Status}}"))
                .matches("Exited \\(3\\) .* ago");
        assertThat(rig.ok("ps", "-a", "-f", "name=created", "--format", "{{.Status}}"))
                .isEqualTo("Created");
        assertThat(rig.ok("ps", "-f", "name=running", "--format", "{{.Networks}} {{.Label \"tier\"}}"))
                .isEqualTo("bridge web");
        rig.ok("pause", "running");
        assertThat(rig.ok("ps", "--format", "{{.Status}}")).endsWith("(Paused)");
        rig.ok("unpause", "running");
    }

    @Test
    void ps_sizes() {
        rig.ok("exec", "running", "sh", "-c", "head -c 1000000 /dev/zero >/big");
        assertThat(rig.ok("ps", "-s", "--format", "{{.Size}}")).startsWith("1MB (virtual");
        assertThat(rig.ok("inspect", "-s", "-f", "{{.SizeRw}}", "running")).isEqualTo("1000000");
    }

    @Test
    void inspect_tellsWhatWasAsked() {
        rig.ok(
                "create",
                "--name",
                "asked",
                "-e",
                "A=1",
                "-w",
                "/w",
                "-u",
                "nobody",
                "--entrypoint",
                "/bin/echo",
                "--hostname",
                "box",
                "-t",
                "--cap-add",
                "NET_ADMIN",
                "--restart",
                "on-failure:3",
                "busybox",
                "hi");
        String format = "{{json .Config.Env}} {{.Config.WorkingDir}} {{.Config.User}} {{json .Config.Entrypoint}}"
                + " {{json .Config.Cmd}} {{.Config.Hostname}} {{.Config.Tty}} {{.Config.Image}} {{.Path}} {{json .Args}}"
                + " {{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}}"
                + " {{json .HostConfig.PortBindings}} {{.Platform}}";
        assertThat(rig.ok("inspect", "-f", format, "asked"))
                .isEqualTo(
                        "[\"A=1\"] /w nobody [\"/bin/echo\"] [\"hi\"] box true busybox /bin/echo [\"hi\"] on-failure:3 {} linux");
        assertThat(rig.ok("inspect", "-f", "{{.Image}}", "asked"))
                .isEqualTo(rig.ok("image", "inspect", "-f", "{{.Id}}", "busybox"));
    }

    @Test
    void inspect_ofNothing() {
        Ran ran = rig.run("inspect", "--type", "container", "nothing");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out()).isEqualTo("[]\n");
        assertThat(ran.err()).contains("No such container: nothing");
    }

    private static java.util.List<String> names(String... flags) {
        String[] command = new String[flags.length + 3];
        command[0] = "ps";
        command[1] = "--format";
        command[2] = "{{.Names}}";
        System.arraycopy(flags, 0, command, 3, flags.length);
        return rig.run(command).ok().lines();
    }

    private static String id(String name) {
        return rig.ok("inspect", "-f", "{{.Id}}", name);
    }
}
