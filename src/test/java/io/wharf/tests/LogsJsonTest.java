package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Logs as JSON, an object a line. */
@WharfOnly("it came with 1.54")
class LogsJsonTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static Http.Reply logs(String version, String query, String accept) {
        return rig.http()
                .raw("GET /v" + version + "/containers/said/logs?stdout=1&stderr=1" + query
                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + (accept.isEmpty() ? "" : "Accept: " + accept + "\r\n") + "\r\n");
    }

    private static List<JsonNode> objects(Http.Reply reply) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.body()
                .lines()
                .map(line -> Json.read(line.replace("\u001e", ""), JsonNode.class))
                .toList();
    }

    private static List<String> texts(List<JsonNode> objects) {
        return objects.stream().map(one -> one.path("Line").asText()).toList();
    }

    @Test
    void lines_areObjects_forThoseThatAskForThem() {
        Instant before = Instant.now().minusSeconds(1);
        rig.run("run", "--name", "said", "busybox", "sh", "-c", "echo '<a \"b\">'; sleep 0.1; echo c >&2; printf d");
        Http.Reply reply = logs("1.54", "&format=json", "");
        assertThat(reply.header("Content-Type")).isEqualTo("application/x-ndjson");
        List<JsonNode> all = objects(reply);
        assertThat(texts(all)).containsExactly("<a \"b\">\n", "c\n", "d");
        assertThat(all).extracting(one -> one.path("Source").asText()).containsExactly("stdout", "stderr", "stdout");
        assertThat(all).allSatisfy(one -> {
            assertThat(Instant.parse(one.path("Timestamp").asText()))
                    .isBetween(before, Instant.now().plusSeconds(1));
            assertThat(one.has("MetaData") || one.has("Attrs") || one.has("Error"))
                    .isFalse();
        });
        assertThat(texts(objects(logs("1.56", "&format=json&tail=2", "")))).containsExactly("c\n", "d");
        assertThat(logs("1.56", "&format=json", "*/*").header("Content-Type")).isEqualTo("application/jsonl");
        Http.Reply sequence = logs("1.56", "", "text/plain, application/json-seq");
        assertThat(sequence.header("Content-Type")).isEqualTo("application/json-seq");
        assertThat(sequence.body()).startsWith("\u001e{");
        assertThat(texts(objects(sequence))).hasSize(3);
    }

    @Test
    void frames_areForAllOthers() {
        rig.run("run", "--name", "said", "busybox", "echo", "a");
        for (Http.Reply reply : List.of(
                logs("1.53", "&format=json", "application/jsonl"), logs("1.56", "", "*/*"), logs("1.56", "", ""))) {
            assertThat(reply.header("Content-Type")).isEqualTo("application/vnd.docker.multiplexed-stream");
        }
        Http.Reply refused = logs("1.54", "&format=xml", "");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("unsupported log format");
    }

    @Test
    void longLines_comeInParts_alsoOfATerminal() {
        rig.run(
                "run",
                "-t",
                "--name",
                "said",
                "busybox",
                "sh",
                "-c",
                "head -c 40000 /dev/zero | tr '\\0' x; echo; echo b");
        List<JsonNode> all = objects(logs("1.56", "&format=json", ""));
        assertThat(String.join("", texts(all))).isEqualTo("x".repeat(40_000) + "\r\nb\r\n");
        assertThat(all).extracting(one -> one.path("Source").asText()).containsOnly("stdout");
        assertThat(all.subList(0, 3))
                .extracting(one -> one.at("/MetaData/Ordinal").asInt())
                .containsExactly(1, 2, 3);
        assertThat(all.subList(0, 3))
                .extracting(one -> one.at("/MetaData/Last").asBoolean())
                .containsExactly(false, false, true);
        assertThat(all.subList(0, 3).stream()
                        .map(one -> one.at("/MetaData/ID").asText())
                        .distinct())
                .singleElement()
                .asString()
                .hasSize(64);
        assertThat(all.get(3).has("MetaData")).isFalse();
    }

    @Test
    void details_areAttributes() {
        rig.run(
                "run",
                "--name",
                "said",
                "--label",
                "colour=dark, red",
                "--log-opt",
                "labels=colour",
                "busybox",
                "echo",
                "a");
        List<JsonNode> all = objects(logs("1.56", "&format=json&details=1", ""));
        assertThat(all.getFirst().path("Attrs").toString()).isEqualTo("[{\"Key\":\"colour\",\"Value\":\"dark, red\"}]");
    }

    @Test
    void following_endsWithTheContainer_andALineWaitsForItsEnd() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "said",
                "busybox",
                "sh",
                "-c",
                "echo one; printf tw; until [ -e /go ]; do sleep 0.05; done; echo o");
        Awaitility.await().until(() -> rig.run("logs", "said").out().equals("one\ntw"));
        Thread going = Thread.ofVirtual().unstarted(() -> rig.ok("exec", "said", "touch", "/go"));
        going.start();
        assertThat(texts(objects(logs("1.56", "&format=json&follow=1", "")))).containsExactly("one\n", "two\n");
    }

    @Test
    void driversThatKeepNothing_refuseAsEver() {
        rig.run("run", "--name", "said", "--log-driver", "none", "busybox", "echo", "a");
        assertThat(logs("1.56", "&format=json", "").body())
                .contains("configured logging driver does not support reading");
    }
}
