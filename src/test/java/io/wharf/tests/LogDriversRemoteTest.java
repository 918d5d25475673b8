package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Logs that go to servers: they arrive, and a server that is away holds up nobody.
 *
 * <p>The server is a container in the engine's own network, which tells by its own log what came.
 */
@Timeout(120)
class LogDriversRemoteTest {
    private static final String ADDRESS = "tcp://127.0.0.1:5514";

    @RegisterExtension
    static final Rig rig = new Rig();

    private static void startServer() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "server",
                "--network",
                "host",
                "busybox",
                "sh",
                "-c",
                "while :; do nc -l -p 5514; done");
    }

    private static void awaitListening() {
        // Only looked at: a connection would be its one client.
        Awaitility.await()
                .until(() ->
                        rig.run("exec", "server", "grep", "-qsi", ":158A .*:0000 0A", "/proc/net/tcp", "/proc/net/tcp6")
                                        .code()
                                == 0);
    }

    private static List<String> awaitLines(int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .until(() -> rig.run("logs", "server").lines().size() >= count);
        return rig.run("logs", "server").lines();
    }

    @Test
    void syslog_isReceived_andReadBack() {
        startServer();
        awaitListening();
        rig.ok(
                "run",
                "-d",
                "--name",
                "said",
                "--log-driver",
                "syslog",
                "--log-opt",
                "syslog-address=" + ADDRESS,
                "--log-opt",
                "syslog-format=rfc5424micro",
                "--log-opt",
                "tag={{.Name}}/{{.ImageName}}",
                "busybox",
                "sh",
                "-c",
                "echo one; echo two; echo three >&2");
        List<String> lines = awaitLines(3);
        assertThat(lines).allMatch(line -> line.contains(" said/busybox "));
        assertThat(lines.stream().filter(line -> line.startsWith("<30>1 ")).map(line -> line.replaceAll(".* - ", "")))
                .containsExactly("one", "two");
        assertThat(lines).anyMatch(line -> line.startsWith("<27>1 ") && line.endsWith(" - three"));
        assertThat(rig.run("logs", "said").out()).isEqualTo("one\ntwo\n");
    }

    @Test
    void gelf_carriesTheContainersFields() {
        startServer();
        awaitListening();
        String id = rig.ok(
                "run",
                "-d",
                "--name",
                "said",
                "--label",
                "team=red",
                "-e",
                "STAGE=test",
                "--log-driver",
                "gelf",
                "--log-opt",
                "gelf-address=" + ADDRESS,
                "--log-opt",
                "labels=team",
                "--log-opt",
                "env=STAGE",
                "busybox",
                "echo",
                "hello");
        assertThat(awaitLines(1).getFirst())
                .contains(
                        "\"short_message\":\"hello\"",
                        "\"_container_id\":\"" + id + "\"",
                        "\"_container_name\":\"said\"",
                        "\"_team\":\"red\"",
                        "\"_STAGE\":\"test\"");
    }

    @Test
    @WharfOnly("dockerd starts nothing whose log server is away")
    void serverThatIsAway_delaysNoStart_andGetsAllWhenItComes() {
        Instant before = Instant.now();
        rig.ok(
                "run",
                "-d",
                "--name",
                "said",
                "--log-driver",
                "syslog",
                "--log-opt",
                "syslog-address=" + ADDRESS,
                "busybox",
                "sh",
                "-c",
                "for i in $(seq 200); do echo line $i; done");
        assertThat(rig.ok("wait", "said")).isEqualTo("0");
        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(10));
        startServer();
        assertThat(awaitLines(200).stream().map(line -> line.replaceAll(".*: ", "")))
                .startsWith("line 1", "line 2")
                .endsWith("line 199", "line 200")
                .hasSize(200);
    }

    @Test
    void optionsThatCannotBe_areRefusedAtCreate() {
        assertThat(rig.run("create", "--log-driver", "syslog", "--log-opt", "bogus=1", "busybox", "true")
                        .err())
                .contains("unknown log opt 'bogus' for syslog log driver");
        assertThat(rig.run("create", "--log-driver", "gelf", "busybox", "true").err())
                .contains("gelf-address is a required parameter");
        assertThat(rig.run("create", "--log-driver", "fluentd", "--log-opt", "fluentd-async=maybe", "busybox", "true")
                        .err())
                .contains("strconv.ParseBool: parsing \"maybe\": invalid syntax");
    }
}
