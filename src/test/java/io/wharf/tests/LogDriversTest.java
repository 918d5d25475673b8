package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code --log-driver} and {@code --log-opt}: where the output goes, how long it is kept, and what a crash does to it. */
class LogDriversTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static Path logOf(String name) {
        return Path.of(rig.ok("inspect", "-f", "{{.LogPath}}", name));
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void jsonFile_isAsLogShippersKnowIt() {
        rig.ok(
                "run",
                "--name",
                "said",
                "--log-opt",
                "labels=kind",
                "--log-opt",
                "env=E",
                "--log-opt",
                "tag={{.Name}}",
                "-l",
                "kind=test",
                "-e",
                "E=1",
                "busybox",
                "sh",
                "-c",
                "printf 'tab\\t<&>\"\\\\\\n'; echo err >&2");
        Path log = logOf("said");
        assertThat(log).hasFileName(rig.ok("inspect", "-f", "{{.Id}}", "said") + "-json.log");
        Awaitility.await()
                .untilAsserted(() -> assertThat(Files.readAllLines(log)).hasSize(2));
        String attributes = "\"attrs\":\\{\"E\":\"1\",\"kind\":\"test\",\"tag\":\"said\"\\}";
        String time = "\"time\":\"20[-0-9T:.]+Z\"\\}";
        assertThat(read(log).stream()
                        .filter(line -> line.contains("stdout"))
                        .findFirst()
                        .orElseThrow())
                .matches(
                        "\\{\"log\":\"tab\\\\u0009\\\\u003c\\\\u0026\\\\u003e\\\\\"\\\\\\\\\\\\n\",\"stream\":\"stdout\","
                                + attributes + "," + time);
        assertThat(rig.run("logs", "--details", "said").out()).isEqualTo("E=1,kind=test,tag=said tab\t<&>\"\\\n");
    }

    private static List<String> read(Path log) {
        try {
            return Files.readAllLines(log);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void rotation_keepsTheNewestAndCompressesTheRest() {
        rig.run(
                "run",
                "--name",
                "said",
                "--log-opt",
                "max-size=100k",
                "--log-opt",
                "max-file=3",
                "--log-opt",
                "compress=true",
                "busybox",
                "seq",
                "10000");
        Path log = logOf("said");
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(names(log)).contains(log.getFileName() + ".1.gz", log.getFileName() + ".2.gz"));
        Awaitility.await()
                .atMost(Running.PATIENCE)
                .until(() -> read(log).getLast().contains("10000"));
        List<String> lines = rig.run("logs", "said").lines();
        assertThat(lines.getLast()).isEqualTo("10000");
        int first = Integer.parseInt(lines.getFirst());
        assertThat(first).isGreaterThan(1);
        assertThat(lines).isEqualTo(numbers(first, 10_000));
        assertThat(rig.run("logs", "--tail", "2500", "said").lines()).isEqualTo(numbers(7501, 10_000));
        rig.ok("rm", "said");
        assertThat(log.getParent()).doesNotExist();
    }

    private static List<String> names(Path log) throws IOException {
        try (Stream<Path> files = Files.list(log.getParent())) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void rotation_followersSeeEachLineOnce() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "said",
                "--log-opt",
                "max-size=200k",
                "--log-opt",
                "max-file=2",
                "busybox",
                "sh",
                "-c",
                "until [ -e /go ]; do sleep 0.05; done; i=0;"
                        + " while [ $i -lt 400000 ]; do seq $((i+1)) $((i+20000)); i=$((i+20000)); sleep 0.05; done");
        try (Running follow = rig.docker().start("logs", "-f", "said");
                Running attached = rig.docker().start("attach", "--no-stdin", "said")) {
            Awaitility.await().until(() -> follow.alive() && attached.alive());
            rig.ok("exec", "said", "touch", "/go");
            assertThat(follow.await(Running.PATIENCE).lines()).isEqualTo(numbers(1, 400_000));
            List<String> heard = attached.await(Running.PATIENCE).lines();
            assertThat(heard).isEqualTo(numbers(Integer.parseInt(heard.getFirst()), 400_000));
        }
    }

    @Test
    @WharfOnly("its containers die with it")
    void crashes_leaveEachLineOnceInTheFile() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "said",
                "busybox",
                "sh",
                "-c",
                "i=0; until [ -e /stop ]; do seq $((i+1)) $((i+3000)); i=$((i+3000)); sleep 0.03; done; echo end");
        Path log = logOf("said");
        for (int i = 0; i < 3; i++) {
            int before = read(log).size();
            Awaitility.await().atMost(Running.PATIENCE).until(() -> read(log).size() > before);
            rig.engine().kill();
            rig.engine().start();
        }
        rig.ok("exec", "said", "touch", "/stop");
        assertThat(rig.ok("wait", "said")).isEqualTo("0");
        Awaitility.await()
                .atMost(Running.PATIENCE)
                .until(() -> read(log).getLast().contains("end"));
        List<String> said = read(log).stream()
                .map(line -> line.substring("{\"log\":\"".length(), line.indexOf("\\n")))
                .toList();
        assertThat(said.subList(0, said.size() - 1)).isEqualTo(numbers(1, said.size() - 1));
    }

    @Test
    void local_isReadBack() {
        rig.ok("create", "--name", "said", "--log-driver", "local", "busybox", "sh", "-c", "seq 20000");
        rig.ok("start", "-a", "said");
        assertThat(rig.ok("inspect", "-f", "{{.LogPath}}", "said")).isEmpty();
        assertThat(rig.run("logs", "said").lines()).isEqualTo(numbers(1, 20_000));
        assertThat(rig.run("logs", "--tail", "3", "said").lines()).isEqualTo(numbers(19_998, 20_000));
    }

    @Test
    void remote_isDeliveredAndCanBeRead() {
        rig.ok("run", "-d", "--name", "ear", "--network", "host", "busybox", "nc", "-l", "-p", "5514");
        rig.ok(
                "run",
                "-d",
                "--name",
                "said",
                "--log-driver",
                "syslog",
                "--log-opt",
                "syslog-address=tcp://127.0.0.1:5514",
                "--log-opt",
                "tag=mine",
                "busybox",
                "seq",
                "3");
        Awaitility.await()
                .atMost(Running.PATIENCE)
                .until(() -> rig.run("logs", "ear").lines().size() == 3);
        List<String> came = rig.run("logs", "ear").lines();
        assertThat(came.get(0)).contains("mine").endsWith(": 1");
        assertThat(came.get(2)).endsWith(": 3");
        assertThat(rig.run("logs", "said").lines()).containsExactly("1", "2", "3");
    }

    @Test
    void remote_thatIsAway_holdsUpNothing() {
        String id = rig.ok(
                "run",
                "-d",
                "--log-driver",
                "fluentd",
                "--log-opt",
                "fluentd-address=127.0.0.1:1",
                "--log-opt",
                "fluentd-async=true",
                "busybox",
                "seq",
                "3");
        assertThat(rig.ok("wait", id)).isEqualTo("0");
        assertThat(rig.run("logs", id).lines()).containsExactly("1", "2", "3");
        rig.ok("rm", id);
    }

    @Test
    void wrongOptions_areRefusedInDockersWords() {
        assertThat(rig.run("create", "--log-opt", "x=1", "busybox").err())
                .contains("unknown log opt 'x' for json-file log driver");
        assertThat(rig.run("create", "--log-driver", "nope", "busybox").err())
                .contains("logger: no log driver named 'nope' is registered");
        assertThat(rig.run("create", "--log-opt", "mode=x", "busybox").err())
                .contains("logger: logging mode not supported: x");
        assertThat(rig.run("create", "--log-opt", "max-buffer-size=1m", "busybox")
                        .err())
                .contains("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
    }

    @Test
    @WharfOnly("it has them")
    void driversOfVendors_areRefusedByName() {
        assertThat(rig.run("create", "--log-driver", "awslogs", "busybox").err())
                .contains("the log driver 'awslogs' is not built into this engine");
        assertThat(rig.ok("info", "-f", "{{.Plugins.Log}}"))
                .isEqualTo("[fluentd gelf journald json-file local none syslog]");
    }
}
