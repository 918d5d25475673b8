package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code docker logs}. */
class LogsTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void logs_keepStreamsApartAndInOrder() {
        rig.run("run", "--name", "said", "busybox", "sh", "-c", "echo a; echo b; echo c >&2; printf 'no end'");
        Ran ran = rig.run("logs", "said");
        assertThat(ran.out()).isEqualTo("a\nb\nno end");
        assertThat(ran.err()).isEqualTo("c\n");
    }

    @Test
    void logs_tail() {
        rig.ok("run", "--name", "said", "busybox", "seq", "1000");
        assertThat(rig.run("logs", "--tail", "3", "said").lines()).containsExactly("998", "999", "1000");
        assertThat(rig.run("logs", "--tail", "0", "said").out()).isEmpty();
        assertThat(rig.run("logs", "--tail", "5000", "said").lines()).hasSize(1000);
        assertThat(rig.run("logs", "--tail", "all", "said").lines()).hasSize(1000);
        assertThat(rig.run("logs", "-n", "1", "said").text()).isEqualTo("1000");
    }

    @Test
    void logs_timestamps() {
        Instant before = Instant.now().minusSeconds(1);
        rig.ok("run", "--name", "said", "busybox", "echo", "line");
        String[] words = rig.ok("logs", "-t", "said").split(" ");
        assertThat(words[0]).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z");
        assertThat(Instant.parse(words[0])).isBetween(before, Instant.now().plusSeconds(1));
        assertThat(words[1]).isEqualTo("line");
    }

    @Test
    void logs_sinceAndUntil() {
        rig.ok("run", "--name", "said", "busybox", "sh", "-c", "echo one; sleep 0.3; echo two; sleep 0.3; echo three");
        var times = rig.run("logs", "-t", "said").lines().stream()
                .map(line -> Instant.parse(line.split(" ")[0]))
                .toList();
        String middle = times.get(1).minusMillis(100).toString();
        assertThat(rig.run("logs", "--since", middle, "said").lines()).containsExactly("two", "three");
        assertThat(rig.run("logs", "--until", middle, "said").lines()).containsExactly("one");
        String unix = times.get(1).minusMillis(100).getEpochSecond() + "."
                + String.format("%09d", times.get(1).minusMillis(100).getNano());
        assertThat(rig.run("logs", "--since", unix, "said").lines()).containsExactly("two", "three");
        assertThat(rig.run("logs", "--since", "10m", "said").lines()).hasSize(3);
    }

    @Test
    void logs_follow_endsWithTheContainer() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "said",
                "busybox",
                "sh",
                "-c",
                "echo one; until [ -e /go ]; do sleep 0.05; done; echo two");
        try (Running follow = rig.docker().start("logs", "-f", "said")) {
            follow.awaitOut("one\n");
            rig.ok("exec", "said", "touch", "/go");
            Ran ran = follow.await(Running.PATIENCE);
            assertThat(ran.out()).isEqualTo("one\ntwo\n");
            assertThat(ran.code()).isZero();
        }
    }

    @Test
    void logs_follow_withTail() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "said",
                "busybox",
                "sh",
                "-c",
                "seq 100; until [ -e /go ]; do sleep 0.05; done; echo end");
        Awaitility.await().until(() -> rig.run("logs", "said").lines().size() == 100);
        try (Running follow = rig.docker().start("logs", "-f", "--tail", "2", "said")) {
            follow.awaitOut("100\n");
            rig.ok("exec", "said", "touch", "/go");
            assertThat(follow.await(Running.PATIENCE).lines()).containsExactly("99", "100", "end");
        }
    }

    @Test
    void logs_follow_clientThatLeaves_isForgotten() {
        rig.ok("run", "-d", "--name", "said", "busybox", "sh", "-c", "echo one; sleep 1000");
        try (Running follow = rig.docker().start("logs", "-f", "said")) {
            follow.awaitOut("one");
        }
        // The leak check after the class finds what it would have held.
        assertThat(rig.run("logs", "said").text()).isEqualTo("one");
    }

    @Test
    void logs_ofManyLines_areComplete() {
        rig.run("run", "--name", "said", "busybox", "seq", "200000");
        var lines = rig.run("logs", "said").lines();
        assertThat(lines).hasSize(200_000);
        assertThat(IntStream.range(0, lines.size()).allMatch(i -> lines.get(i).equals("" + (i + 1))))
                .isTrue();
        assertThat(rig.run("logs", "--tail", "1", "said").text()).isEqualTo("200000");
    }

    @Test
    void logs_ofALongLine_isOneLine() {
        rig.run(
                "run",
                "--name",
                "said",
                "busybox",
                "sh",
                "-c",
                "head -c 100000 /dev/zero | tr '\\0' x; echo; echo end");
        assertThat(rig.run("logs", "said").lines()).containsExactly("x".repeat(100_000), "end");
        assertThat(rig.run("logs", "--tail", "2", "said").out()).contains("end");
    }

    @Test
    void logs_goOnOverRestarts() {
        rig.run("run", "--name", "said", "busybox", "sh", "-c", "echo again");
        rig.ok("start", "-a", "said");
        assertThat(rig.run("logs", "said").lines()).containsExactly("again", "again");
    }

    @Test
    void logs_ofNothing() {
        String id = rig.ok("create", "busybox");
        assertThat(rig.run("logs", id).ok().out()).isEmpty();
        Ran ran = rig.run("logs", "nobody");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("No such container: nobody");
    }

    @Test
    void logs_withDriverNone_areRefused() {
        String id = rig.ok("run", "-d", "--log-driver", "none", "busybox", "echo", "x");
        rig.ok("wait", id);
        Ran ran = rig.run("logs", id);
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("configured logging driver does not support reading");
    }

    @Test
    void logs_apiWithoutStreams_is400() {
        String id = rig.ok("create", "busybox");
        Http.Reply reply = rig.http().get("/containers/" + id + "/logs");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).contains("Bad parameters: you must choose at least one stream");
    }
}
