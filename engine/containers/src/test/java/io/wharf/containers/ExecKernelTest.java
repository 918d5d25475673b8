package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.containers.ConsoleHarness.Client;
import io.wharf.contracts.ExecService.ExecConfig;
import io.wharf.contracts.ExecService.ExecDetail;
import io.wharf.contracts.ExecService.ExecStart;
import io.wharf.linux.Processes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Execs with a real runtime and monitor. */
class ExecKernelTest {
    private static ConsoleHarness engine;
    private static ExecCommands execs;
    private static Container container;
    private static Future<Integer> over;

    @BeforeAll
    static void open() throws Exception {
        assumeThat(Files.exists(Path.of("/bin/busybox"))).isTrue();
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        engine = new ConsoleHarness();
        execs = new ExecCommands(engine.room, () -> {});
        container = engine.create(",'Env':['A=1','B=2'],'OpenStdin':true", "read forever");
        over = engine.start(container);
    }

    @AfterAll
    static void close() throws Exception {
        if (engine != null) {
            engine.close();
        }
    }

    private static ExecConfig config(String more, String... cmd) {
        String words = Json.write(List.of(cmd));
        return Json.parse(
                ("{\"Cmd\":" + words + more.replace('\'', '"') + "}").getBytes(StandardCharsets.UTF_8),
                ExecConfig.class);
    }

    private static String create(String more, String... cmd) throws Exception {
        return engine.on(
                () -> execs.create(container.id(), config(",'AttachStdout':true,'AttachStderr':true" + more, cmd)));
    }

    private static Client start(String id, boolean tty) throws Exception {
        var attached = engine.on(() -> execs.start(id, new ExecStart(false, tty, List.of())));
        return new Client(engine.room.handles().take(attached.streams()));
    }

    private static ExecDetail inspect(String id) throws Exception {
        return engine.on(() -> execs.inspect(id));
    }

    @Test
    void start_attached_hearsBothStreamsAndTheExitCode() throws Exception {
        String id = create(
                ",'Env':['B=3'],'WorkingDir':'/bin','User':'web'",
                "sh",
                "-c",
                "echo $A$B$(pwd)$(id -u); echo err >&2; exit 5");
        assertThat(inspect(id).exitCode()).isNull();
        Client client = start(id, false);
        client.end();
        assertThat(client.heard(1)).isEqualTo("13/bin70\n");
        assertThat(client.heard(2)).isEqualTo("err\n");
        ExecDetail ended = inspect(id);
        assertThat(ended.running()).isFalse();
        assertThat(ended.exitCode()).isEqualTo(5);
        assertThat(ended.processConfig().entrypoint()).isEqualTo("sh");
        assertThat(ended.processConfig().user()).isEqualTo("web");
        assertThat(execs.of(container.id())).doesNotContain(id);
        assertThatThrownBy(() -> start(id, false)).hasMessageContaining("has already run");
        Awaitility.await().untilAsserted(() -> assertThat(engine.actions()).contains("exec_die"));
        assertThat(engine.events)
                .anySatisfy(event -> assertThat(event.attributes())
                        .containsEntry("execID", id)
                        .containsEntry("exitCode", "5")
                        .containsEntry("kind", "test"));
        assertThat(Files.exists(engine.room.layout().monitor(id))).isFalse();
    }

    @Test
    void start_withInput_endsWithTheInput() throws Exception {
        String id = create(",'AttachStdin':true", "cat");
        Client client = start(id, false);
        String much = "0123456789abcde\n".repeat(100_000);
        client.says(much);
        client.streams.input().end();
        client.end();
        assertThat(client.heard(1)).isEqualTo(much);
        assertThat(inspect(id).exitCode()).isZero();
    }

    @Test
    void start_terminal_hasItsSizeAndDetaches() throws Exception {
        String id = create(",'AttachStdin':true,'Tty':true,'ConsoleSize':[22,77]", "sh");
        Client client = start(id, true);
        client.says("stty size\n");
        Awaitility.await().untilAsserted(() -> assertThat(client.heard()).contains("22 77\r\n"));
        engine.on(() -> execs.resize(id, 44, 99));
        client.says("stty size\n");
        Awaitility.await().untilAsserted(() -> assertThat(client.heard()).contains("44 99\r\n"));
        client.says("\u0010\u0011");
        client.end();
        assertThat(inspect(id).running()).isTrue();
        int pid = inspect(id).pid();
        Processes.real().kill(pid, 9);
        Awaitility.await()
                .untilAsserted(() -> assertThat(inspect(id).exitCode()).isEqualTo(137));
        assertThat(engine.actions()).contains("exec_detach");
    }

    @Test
    void start_terminalWhoseProcessEnds_ends() throws Exception {
        String id = create(",'Tty':true", "echo", "hello");
        Client client = start(id, true);
        assertThat(client.end()).isEqualTo("hello\r\n");
        assertThat(inspect(id).exitCode()).isZero();
    }

    @Test
    void start_childKeepsTheOutput_endsAllTheSame() throws Exception {
        String id = create("", "sh", "-c", "echo done; sleep 1000 &");
        Client client = start(id, false);
        client.end();
        assertThat(client.heard(1)).isEqualTo("done\n");
    }

    @Test
    void start_clientGone_processGoesOn() throws Exception {
        String id = create("", "sh", "-c", "yes | head -c 3000000; exit 4");
        Client client = start(id, false);
        client.streams.close();
        Awaitility.await()
                .untilAsserted(() -> assertThat(inspect(id).exitCode()).isEqualTo(4));
    }

    @Test
    void start_slowClient_slowsTheProcessAndLosesNothing() throws Exception {
        String id = create("", "sh", "-c", "yes 0123456789 | head -n 300000");
        Client client = start(id, false);
        client.streams.output().pause();
        Awaitility.await()
                .pollDelay(java.time.Duration.ofMillis(300))
                .until(() -> inspect(id).running());
        client.streams.output().resume();
        client.end();
        assertThat(client.heard(1)).isEqualTo("0123456789\n".repeat(300_000));
    }

    @Test
    void start_whatCannotRun_saysSoAsDockerDoes() throws Exception {
        String missing = create("", "nosuch");
        assertThatThrownBy(() -> start(missing, false))
                .hasRootCauseMessage("OCI runtime exec failed: exec failed: unable to start container process: exec:"
                        + " \"nosuch\": executable file not found in $PATH: unknown");
        assertThat(inspect(missing).exitCode()).isEqualTo(127);
        String folder = create("", "/etc");
        assertThatThrownBy(() -> start(folder, false)).hasMessageContaining("OCI runtime exec failed");
        String closed = create(",'User':'nobodyhere'", "true");
        assertThatThrownBy(() -> start(closed, false)).hasMessageContaining("unable to find user nobodyhere");
        assertThat(inspect(closed).exitCode()).isEqualTo(126);
        String text = create("", "/etc/passwd");
        assertThatThrownBy(() -> start(text, false)).hasMessageContaining("permission denied");
        assertThat(inspect(text).exitCode()).isEqualTo(126);
    }

    @Test
    void startDetached_keepsItsExitCodeOverARestartOfTheEngine() throws Exception {
        String id = create("", "sh", "-c", "echo $$ > /pid; while [ ! -e /go ]; do sleep 0.1; done; exit 9");
        engine.on(() -> execs.startDetached(id, new ExecStart(true, false, List.of())));
        assertThat(inspect(id).running()).isTrue();
        // Another life of the engine reads the same ledger.
        ExecCommands later = new ExecCommands(engine.room, () -> {});
        engine.on(later::recover);
        assertThat(engine.on(() -> later.inspect(id)).running()).isTrue();
        Files.createFile(engine.room.layout().rootfs(container.id()).resolve("go"));
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(engine.on(() -> later.inspect(id)).exitCode())
                                .isEqualTo(9));
        Awaitility.await()
                .untilAsserted(() -> assertThat(inspect(id).exitCode()).isEqualTo(9));
        Awaitility.await()
                .until(() -> engine.on(() -> engine.room.ledger().ofKind(ExecRecord.KIND)).stream()
                        .allMatch(record ->
                                Json.read(record.detail(), ExecRecord.class).exitCode() != null));
        ExecCommands last = new ExecCommands(engine.room, () -> {});
        engine.on(last::recover);
        assertThat(engine.on(() -> last.inspect(id)).exitCode()).isEqualTo(9);
    }

    @Test
    void startDetached_whatCannotRun_isRefused() throws Exception {
        String id = create("", "nosuch");
        assertThatThrownBy(() -> engine.on(() -> execs.startDetached(id, new ExecStart(true, false, List.of()))))
                .hasMessageContaining("executable file not found");
        assertThat(inspect(id).exitCode()).isEqualTo(127);
        assertThat(Files.exists(engine.room.layout().monitor(id))).isFalse();
    }

    @Test
    void create_wrongStateOrKeys_isRefused() throws Exception {
        Container stopped = engine.create("", "true");
        assertThatThrownBy(() -> engine.on(() -> execs.create(stopped.id(), config("", "true"))))
                .hasMessageContaining("Container " + stopped.id() + " is not running");
        assertThatThrownBy(() -> create(",'DetachKeys':'ctrl-1'", "true"))
                .hasMessageContaining("Invalid escape keys (ctrl-1) provided");
        assertThatThrownBy(() -> inspect("nosuch")).hasMessageContaining("No such exec instance: nosuch");
        assertThat(over.isComplete()).isFalse();
    }

    @Test
    void start_manyTimes_leavesNoDescriptorsOrZombies() throws Exception {
        start(create("", "true"), false).end();
        long before = descriptors();
        for (int i = 0; i < 20; i++) {
            start(create("", "true"), false).end();
        }
        Awaitility.await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(before + 2));
    }

    private static long descriptors() throws Exception {
        try (var list = Files.list(Path.of("/proc/self/fd"))) {
            return list.count();
        }
    }
}
