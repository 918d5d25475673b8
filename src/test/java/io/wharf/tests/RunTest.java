package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docker run}: exit codes, the three streams, and what the flags do to a process. */
class RunTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 64, 125, 126, 127, 128, 137, 255})
    void run_exitCodeReachesTheShell(int code) {
        assertThat(rig.sh("exit " + code).code()).isEqualTo(code);
    }

    @Test
    void run_keepsOutputAndErrorsApart() {
        Ran ran = rig.sh("echo one; echo two >&2; echo three");
        assertThat(ran.out()).isEqualTo("one\nthree\n");
        assertThat(ran.err()).isEqualTo("two\n");
    }

    @Test
    void run_ofAnUnknownProgram_is127() {
        Ran ran = rig.run("run", "--name", "left", "busybox", "no-such-program");
        assertThat(ran.code()).isEqualTo(127);
        assertThat(ran.err()).contains("no-such-program").containsIgnoringCase("not found");
        // The container stays, as a created one that failed to start.
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "left"))
                .isEqualTo("created 127");
    }

    @Test
    void run_ofAFileThatIsNoProgram_is126() {
        Ran ran = rig.run("run", "--rm", "busybox", "/etc/passwd");
        assertThat(ran.code()).isEqualTo(126);
        assertThat(ran.err()).containsIgnoringCase("permission denied");
    }

    @Test
    void run_ofAFolder_is126() {
        assertThat(rig.run("run", "--rm", "busybox", "/etc").code()).isEqualTo(126);
    }

    @Test
    void run_withoutImage_is125() {
        Ran ran = rig.run("run", "--rm", "--pull", "never", "no-such-image");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains("No such image: no-such-image:latest");
    }

    @Test
    void run_killedByASignal_is128AndTheSignal() {
        // A process 1 has no default actions from inside: its child has them.
        assertThat(rig.sh("sh -c 'kill -9 $$'; exit $?").code()).isEqualTo(137);
        assertThat(rig.sh("sh -c 'kill -15 $$'; exit $?").code()).isEqualTo(143);
    }

    @Test
    void run_withInputThatEnds_endsByItself() {
        Ran ran = rig.docker().pipe("hello\n", "run", "--rm", "-i", "busybox", "cat");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).isEqualTo("hello\n");
    }

    @Test
    void run_inputAndOutputTogether_loseNothing() {
        byte[] input = new byte[20 << 20];
        for (int i = 0; i < input.length; i++) {
            input[i] = (byte) ('a' + i % 26);
        }
        String sum = Digests.sha256(input);
        assertThat(rig.docker()
                        .pipe(input, "run", "--rm", "-i", "busybox", "sha256sum")
                        .out())
                .startsWith(sum);
        assertThat(Digests.sha256(rig.docker()
                        .pipe(input, "run", "--rm", "-i", "busybox", "cat")
                        .out()
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo(sum);
    }

    @Test
    void run_halfClosedInput_outputGoesOn() {
        Ran ran = rig.docker().pipe("x", "run", "--rm", "-i", "busybox", "sh", "-c", "cat; sleep 0.3; echo y");
        assertThat(ran.out()).isEqualTo("xy\n");
    }

    @Test
    void run_withoutI_hasNoInput() {
        assertThat(rig.docker().pipe("hello", "run", "--rm", "busybox", "cat").out())
                .isEmpty();
    }

    @Test
    void run_removesItself() {
        rig.ok("run", "--rm", "--name", "gone", "busybox", "true");
        assertThat(rig.run("inspect", "gone").code()).isEqualTo(1);
        assertThat(rig.ok("ps", "-aq")).isEmpty();
    }

    @Test
    void run_detached_printsTheIdAndGoesOn() {
        String id = rig.ok("run", "-d", "--name", "idle", "busybox", "sleep", "1000");
        assertThat(id).matches("[0-9a-f]{64}");
        assertThat(rig.ok("inspect", "-f", "{{.State.Running}} {{.Name}} {{.Id}}", "idle"))
                .isEqualTo("true /idle " + id);
    }

    @Test
    void run_environment() {
        Ran ran = rig.sh("env | sort", "-e", "A=1", "-e", "B=two words", "-e", "EMPTY=", "--hostname", "box");
        assertThat(ran.lines())
                .contains("A=1", "B=two words", "EMPTY=", "HOSTNAME=box", "HOME=/root")
                .contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }

    @Test
    void run_workdirIsMadeAndEntered() {
        assertThat(rig.sh("pwd", "-w", "/new/deep").text()).isEqualTo("/new/deep");
    }

    @Test
    void run_user() {
        assertThat(rig.sh("id -u; id -g; echo $HOME", "-u", "nobody").lines())
                .containsExactly("65534", "65534", "/home");
        assertThat(rig.sh("id -u; id -g", "-u", "1234:4321").lines()).containsExactly("1234", "4321");
        assertThat(rig.sh("id -G", "-u", "33", "--group-add", "77").text()).isEqualTo("33 77");
        Ran ran = rig.sh("true", "-u", "nobody-knows");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains("unable to find user nobody-knows");
    }

    @Test
    void run_hostname() {
        assertThat(rig.sh("hostname; cat /etc/hostname", "--hostname", "box").lines())
                .containsExactly("box", "box");
        String id = rig.ok("run", "-d", "busybox", "hostname");
        rig.ok("wait", id);
        assertThat(rig.ok("logs", id)).isEqualTo(id.substring(0, 12));
        assertThat(rig.sh("hostname -f", "--hostname", "box", "--domainname", "example.org")
                        .text())
                .isIn("box.example.org", "box");
    }

    @Test
    void run_entrypoint() {
        assertThat(rig.ok("run", "--rm", "--entrypoint", "echo", "busybox", "a", "b"))
                .isEqualTo("a b");
        assertThat(rig.ok("run", "--rm", "--entrypoint", "/bin/pwd", "busybox")).isEqualTo("/");
    }

    @Test
    void run_labelsAndNameAreKept() {
        rig.ok("run", "-d", "--name", "tagged", "-l", "a=1", "-l", "b", "busybox", "true");
        assertThat(rig.ok("inspect", "-f", "{{json .Config.Labels}}", "tagged")).isEqualTo("{\"a\":\"1\",\"b\":\"\"}");
    }

    @Test
    void run_nameTaken_is125AndSaysByWhom() {
        String id = rig.ok("create", "--name", "taken", "busybox");
        Ran ran = rig.run("run", "--name", "taken", "busybox", "true");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err())
                .contains("Conflict. The container name \"/taken\" is already in use by container \"" + id
                        + "\". You have to remove (or rename) that container to be able to reuse that name.");
    }

    @Test
    void run_init_reapsAndPassesSignals() {
        assertThat(rig.sh("cat /proc/1/comm", "--init").text()).matches("docker-init|tini|.*init.*");
        String id = rig.ok("run", "-d", "--init", "busybox", "sleep", "1000");
        rig.ok("kill", "-s", "TERM", id);
        assertThat(rig.ok("wait", id)).isEqualTo("143");
    }

    @Test
    void run_cidfileAndEnvFile() throws java.io.IOException {
        var dir = java.nio.file.Files.createTempDirectory(rig.engine().home(), "cid");
        var envFile = java.nio.file.Files.writeString(dir.resolve("env"), "FROM_FILE=yes\n");
        Ran ran = rig.sh("echo $FROM_FILE", "--cidfile", dir + "/id", "--env-file", envFile.toString());
        assertThat(ran.ok().text()).isEqualTo("yes");
        assertThat(Here.read(dir.resolve("id"))).matches("[0-9a-f]{64}");
    }

    @Test
    void run_hugeLine_comesThroughWhole() {
        assertThat(rig.sh("head -c 3000000 /dev/zero | tr '\\0' x").out()).hasSize(3_000_000);
    }
}
