package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docker exec}. */
class ExecTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @BeforeEach
    void runHost() {
        rig.ok("run", "-d", "--name", "host", "-e", "BASE=1", "-w", "/tmp", "busybox", "sleep", "1000");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 255})
    void exec_exitCodeReachesTheShell(int code) {
        assertThat(rig.run("exec", "host", "sh", "-c", "exit " + code).code()).isEqualTo(code);
    }

    @Test
    void exec_keepsStreamsApart() {
        Ran ran = rig.run("exec", "host", "sh", "-c", "echo out; echo err >&2");
        assertThat(ran.out()).isEqualTo("out\n");
        assertThat(ran.err()).isEqualTo("err\n");
    }

    @Test
    void exec_i_inputEnds() {
        assertThat(rig.docker().pipe("typed\n", "exec", "-i", "host", "cat").out())
                .isEqualTo("typed\n");
        assertThat(rig.docker().pipe("typed\n", "exec", "host", "cat").out()).isEmpty();
    }

    @Test
    void exec_muchInputAndOutput() {
        byte[] input = new byte[10 << 20];
        java.util.Arrays.fill(input, (byte) 'x');
        assertThat(rig.docker().pipe(input, "exec", "-i", "host", "cat").out()).hasSize(input.length);
    }

    @Test
    void exec_environmentUserAndFolder() {
        Ran ran = rig.run(
                "exec",
                "-e",
                "MORE=2",
                "-u",
                "nobody",
                "-w",
                "/etc",
                "host",
                "sh",
                "-c",
                "echo $BASE $MORE $(id -u) $(pwd) $HOME");
        assertThat(ran.text()).isEqualTo("1 2 65534 /etc /home");
        assertThat(rig.ok("exec", "host", "pwd")).isEqualTo("/tmp");
        assertThat(rig.ok("exec", "-u", "12:34", "host", "sh", "-c", "id -u; id -g")
                        .lines())
                .containsExactly("12", "34");
    }

    @Test
    void exec_hasTheContainersCapabilities() {
        assertThat(rig.ok("exec", "host", "grep", "CapEff", "/proc/self/status"))
                .endsWith("00000000a80425fb");
        assertThat(rig.ok("exec", "host", "grep", "^Seccomp:", "/proc/self/status"))
                .endsWith("2");
    }

    @Test
    @WharfOnly("it asks for every capability it knows, and fails where the host has been denied one")
    void exec_privileged_hasMore() {
        assertThat(rig.ok("exec", "--privileged", "host", "grep", "CapEff", "/proc/self/status"))
                .doesNotEndWith("00000000a80425fb");
    }

    @Test
    void exec_d_goesOnByItself() {
        rig.ok("exec", "-d", "host", "sh", "-c", "sleep 0.2; echo later >/tmp/said");
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(
                                rig.run("exec", "host", "cat", "/tmp/said").text())
                        .isEqualTo("later"));
    }

    @Test
    void exec_unknownProgram_is127_andNoProgram126() {
        Ran unknown = rig.run("exec", "host", "no-such-program");
        // dockerd 20.10 calls everything that does not start 126.
        assertThat(unknown.code()).isEqualTo(Here.DOCKERD ? 126 : 127);
        assertThat(unknown.out() + unknown.err()).contains("no-such-program");
        assertThat(rig.run("exec", "host", "/etc/passwd").code()).isEqualTo(126);
        assertThat(rig.run("exec", "-w", "/nowhere", "host", "true").code()).isIn(126, 127);
    }

    @Test
    void exec_unknownUser_isTold() {
        Ran ran = rig.run("exec", "-u", "stranger", "host", "true");
        assertThat(ran.code()).isIn(1, 126);
        assertThat(ran.out() + ran.err()).contains("unable to find user stranger");
    }

    @Test
    void exec_inWhatDoesNotRun_isRefused() {
        String id = rig.ok("create", "busybox");
        Ran ran = rig.run("exec", id, "true");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("Container " + id + " is not running");
        Ran missing = rig.run("exec", "nobody", "true");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("No such container: nobody");
    }

    @Test
    void exec_inAPausedContainer_isRefused() {
        rig.ok("pause", "host");
        Ran ran = rig.run("exec", "host", "true");
        rig.ok("unpause", "host");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("is paused, unpause the container before exec");
    }

    @Test
    void exec_isShownByInspect_whileItRuns() {
        try (Running running = rig.docker().start("exec", "-i", "host", "cat")) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() ->
                            rig.ok("inspect", "-f", "{{len .ExecIDs}}", "host").equals("1"));
            running.finish();
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() ->
                        rig.ok("inspect", "-f", "{{json .ExecIDs}}", "host").equals("null"));
    }

    @Test
    void exec_endsWithTheContainer() {
        try (Running running = rig.docker().start("exec", "host", "sh", "-c", "echo up; sleep 1000")) {
            running.awaitOut("up");
            rig.ok("kill", "host");
            assertThat(running.await(Running.PATIENCE).code()).isEqualTo(137);
        }
    }

    @Test
    void exec_manyAtOnce() {
        try (var pool = java.util.concurrent.Executors.newFixedThreadPool(6)) {
            var all = java.util.stream.IntStream.range(0, 18)
                    .mapToObj(i -> pool.submit(() -> rig.run("exec", "host", "sh", "-c", "echo " + i + "; exit " + i)))
                    .toList();
            for (int i = 0; i < all.size(); i++) {
                Ran ran = get(all.get(i));
                assertThat(ran.text()).isEqualTo("" + i);
                assertThat(ran.code()).isEqualTo(i);
            }
        }
    }

    @Test
    void exec_api_inspectTellsTheExitCode() {
        Http http = rig.http();
        String body = http.post("/containers/host/exec", "{\"Cmd\":[\"sh\",\"-c\",\"exit 11\"],\"AttachStdout\":true}")
                .body();
        String id = body.replaceAll(".*\"Id\":\"([0-9a-f]{64})\".*", "$1").strip();
        assertThat(http.get("/exec/" + id + "/json").body())
                .contains("\"Running\":false")
                .contains("\"ExitCode\":null");
        assertThat(http.post("/exec/" + id + "/start", "{\"Detach\":true}").status())
                .isEqualTo(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> http.get("/exec/" + id + "/json").body().contains("\"ExitCode\":11"));
        assertThat(http.post("/exec/" + id + "/start", "{\"Detach\":true}").status())
                .isEqualTo(409);
        assertThat(http.get("/exec/0123/json").status()).isEqualTo(404);
    }

    static <T> T get(java.util.concurrent.Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
