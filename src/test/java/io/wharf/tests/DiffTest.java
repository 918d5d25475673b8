package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code docker diff}: what a container changed, and nothing that the engine put there. */
class DiffTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static final String CHANGES = "mkdir -p /a/b; echo x >/a/b/new; ln -s x /a/link; mkfifo /a/fifo;"
            + "rm /bin/wc; rm -r /var/spool; mkdir -p /var/spool/fresh; echo y >>/etc/passwd; chmod 700 /home;"
            + "echo z >/vol/x; echo z >/ram/x; touch /tmp/t; rm /tmp/t";

    private static final List<String> EXPECTED = List.of(
            "A /a",
            "A /a/b",
            "A /a/b/new",
            "A /a/fifo",
            "A /a/link",
            "C /bin",
            "D /bin/wc",
            "C /etc",
            "C /etc/passwd",
            "C /home",
            "A /ram",
            "C /var",
            "C /var/spool",
            "A /var/spool/fresh",
            "D /var/spool/mail",
            "A /vol");

    private static List<String> diff(String container) {
        // A folder whose content came and went is changed or not, by the file system's clock.
        return rig.run("diff", container).ok().lines().stream()
                .filter(line -> !line.equals("C /tmp"))
                .sorted(java.util.Comparator.comparing(line -> line.substring(2)))
                .toList();
    }

    @Test
    void diff_runningAndStopped() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "box",
                "--network",
                "none",
                "-v",
                "/vol",
                "--tmpfs",
                "/ram",
                "busybox",
                "sh",
                "-c",
                CHANGES + "; echo done; sleep 1000");
        org.awaitility.Awaitility.await().until(() -> rig.ok("logs", "box").contains("done"));
        assertThat(diff("box")).isEqualTo(EXPECTED);
        rig.ok("kill", "box");
        rig.ok("wait", "box");
        assertThat(diff("box")).isEqualTo(EXPECTED);
    }

    @Test
    void diff_ofNothing() {
        rig.ok("create", "--name", "box", "busybox", "true");
        assertThat(rig.ok("diff", "box")).isEmpty();
        assertThat(rig.http().get("/containers/box/changes").body().strip()).isIn("null", "[]");
        rig.ok("start", "-a", "box");
        assertThat(rig.ok("diff", "box")).isEmpty();
        assertThat(rig.http().get("/containers/nobody/changes").status()).isEqualTo(404);
    }

    @Test
    void diff_ofManyFiles() {
        rig.ok(
                "run",
                "--name",
                "box",
                "--network",
                "none",
                "busybox",
                "sh",
                "-c",
                "mkdir /m; cd /m; for i in $(seq 3000); do : >f$i; done");
        assertThat(rig.run("diff", "box").lines()).hasSize(3001);
    }

    @Test
    void commit_keepsWhatDiffShows() {
        rig.ok("run", "--name", "box", "--network", "none", "busybox", "sh", "-c", "rm /bin/wc; echo x >/new");
        rig.ok(
                "commit",
                "-a",
                "somebody",
                "-m",
                "words",
                "-c",
                "CMD [\"cat\",\"/new\"]",
                "-c",
                "ENV A=1 B=${A}2",
                "-c",
                "EXPOSE 80-81/udp",
                "-c",
                "LABEL k=v",
                "-c",
                "USER www-data",
                "-c",
                "WORKDIR /tmp",
                "-c",
                "VOLUME /v",
                "-c",
                "ONBUILD RUN x",
                "-c",
                "HEALTHCHECK --interval=5s CMD true",
                "box",
                "made:1");
        assertThat(rig.ok("run", "--rm", "--network", "none", "made:1")).isEqualTo("x");
        assertThat(rig.run("run", "--rm", "--network", "none", "made:1", "ls", "/bin/wc")
                        .code())
                .isNotZero();
        assertThat(rig.ok(
                        "inspect",
                        "-f",
                        "{{.Author}}|{{.Comment}}|{{json .Config.Env}}|{{json .Config.ExposedPorts}}|"
                                + "{{.Config.User}}|{{.Config.WorkingDir}}|{{json .Config.Volumes}}|{{json .Config.OnBuild}}|"
                                + "{{json .Config.Healthcheck.Test}}|{{json .Config.Labels}}",
                        "made:1"))
                .isEqualTo("somebody|words|[\"A=1\",\"B=2\"]|{\"80/udp\":{},\"81/udp\":{}}|www-data|/tmp|{\"/v\":{}}|"
                        + "[\"RUN x\"]|[\"CMD-SHELL\",\"true\"]|{\"k\":\"v\"}");
    }

    @Test
    void commit_ofAContainerThatWrites() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "box",
                "--network",
                "none",
                "busybox",
                "sh",
                "-c",
                "i=0; while :; do i=$((i+1)); echo $i >/counter.new; mv /counter.new /counter; done");
        for (String pause : List.of("true", "false")) {
            rig.ok("commit", "--pause=" + pause, "box", "made:" + pause);
            assertThat(rig.ok("inspect", "-f", "{{.State.Status}}", "box")).isEqualTo("running");
            String before = rig.ok("run", "--rm", "--network", "none", "made:" + pause, "cat", "/counter");
            assertThat(Integer.parseInt(before)).isPositive();
        }
        rig.ok("rm", "-f", "box");
    }
}
