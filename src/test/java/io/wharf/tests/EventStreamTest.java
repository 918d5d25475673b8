package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The journal over Server-Sent Events and WebSocket: from any place, exactly once, also over the engine's death. */
@WharfOnly("it has no such stream")
class EventStreamTest {
    private static final Pattern ID = Pattern.compile("^id: (\\d+)$", Pattern.MULTILINE);

    @RegisterExtension
    static final Rig rig = new Rig();

    private static Running follow(String query, String... headers) {
        List<String> command = new ArrayList<>(List.of(
                "curl", "-sN", "--unix-socket", rig.engine().socket().toString(), "http://d/wharf/v1/events" + query));
        for (String header : headers) {
            command.addAll(List.of("-H", header));
        }
        return Running.start(command, Map.of());
    }

    private static List<Long> ids(String stream) {
        return ID.matcher(stream)
                .results()
                .map(MatchResult::group)
                .map(line -> Long.valueOf(line.substring(4)))
                .toList();
    }

    @Test
    void stream_resumedAfterADeath_showsEachExactlyOnce() {
        List<Long> seen = new ArrayList<>();
        try (Running first = follow("?after=0")) {
            rig.ok("volume", "create", "one");
            first.awaitOut("\"id\":\"one\"");
            rig.engine().kill();
            first.finish();
            // What a death cut in half is no event: a client counts those that ended.
            String whole = first.out().substring(0, first.out().lastIndexOf("\n\n") + 1);
            seen.addAll(ids(whole));
        }
        rig.engine().start();
        rig.ok("volume", "create", "two");
        try (Running second = follow("", "Last-Event-ID: " + seen.getLast())) {
            second.awaitOut("\"id\":\"two\"");
            seen.addAll(ids(second.out()));
        }
        for (int i = 0; i < seen.size(); i++) {
            assertThat(seen.get(i)).isEqualTo(i + 1L);
        }
    }

    @Test
    void startsAndStops_encloseWhatHappens_andADeathIsTold() {
        long before = ids(all("")).getLast();
        rig.ok("run", "-d", "--name", "ends", "busybox", "sleep", "1000");
        rig.engine().stop();
        // The stop was durable before the process ended, and the last that there is.
        rig.engine().start();
        Awaitility.await().until(() -> runs(before).size() == 2);
        String container = rig.ok("inspect", "-f", "{{.State.Pid}}", "ends");
        rig.engine().kill();
        Running.run("kill", "-KILL", container).ok();
        rig.engine().start();
        // What was found at the start comes after it, in one piece with it.
        Awaitility.await().until(() -> all("").contains("\"action\":\"die\",\"id\":\"" + rig.ok("ps", "-aq")));
        assertThat(runs(before)).containsExactly("stop ", "start stop", "start crash");
        String since = all("?after=" + before);
        assertThat(since.substring(since.indexOf("\"previous\":\"crash\"")))
                .containsSubsequence("\"action\":\"die\"")
                .doesNotContain("\"action\":\"stop\"");
        assertThat(since)
                .contains("\"boot\":\""
                        + Here.read(Path.of("/proc/sys/kernel/random/boot_id")).strip() + "\"");
        String docker = rig.http().get("/events?since=1&until=" + now()).body();
        assertThat(docker).contains("\"Action\":\"die\"").doesNotContain("\"Type\":\"daemon\"");
        assertThat(rig.http()
                        .get("/events?since=1&until=" + now() + "&filters=%7B%22type%22:%5B%22daemon%22%5D%7D")
                        .body())
                .contains("\"previous\":\"first\"", "\"previous\":\"stop\"", "\"previous\":\"crash\"");
    }

    private static BigDecimal now() {
        return BigDecimal.valueOf(System.currentTimeMillis(), 3);
    }

    private static String all(String query) {
        String place = query.isEmpty() ? "?after=0" : query;
        return rig.http().get("/wharf/v1/events" + place + "&until=" + now()).body();
    }

    /** The engine's own starts and stops, each with what it says of the session before. */
    private static List<String> runs(long after) {
        return Pattern.compile("\"type\":\"daemon\",\"action\":\"(\\w+)\"(?:.*\"previous\":\"(\\w+)\")?")
                .matcher(all("?after=" + after))
                .results()
                .map(found -> found.group(1) + " " + (found.group(2) == null ? "" : found.group(2)))
                .toList();
    }

    @Test
    void stream_isFiltered_andEnds() {
        rig.ok("volume", "create", "wanted");
        rig.ok("volume", "create", "other");
        Http.Reply reply = rig.http()
                .get("/wharf/v1/events?after=0&until=" + BigDecimal.valueOf(System.currentTimeMillis(), 3)
                        + "&filters=%7B%22volume%22:%5B%22wanted%22%5D,%22type%22:%5B%22volume%22%5D%7D");
        assertThat(reply.header("content-type")).isEqualTo("text/event-stream");
        assertThat(ids(reply.body())).hasSize(1);
        assertThat(reply.body()).contains("\"action\":\"create\",\"id\":\"wanted\"");
        assertThat(rig.http().get("/wharf/v1/events?after=x").status()).isEqualTo(400);
    }

    @Test
    void webSocket_bringsEachAsAMessage() throws IOException {
        try (WebSocketEnd socket = new WebSocketEnd(rig.http(), "/wharf/v1/events?after=0").upgraded()) {
            rig.ok("volume", "create", "three");
            String last = rig.http()
                    .get("/wharf/v1/events?after=0&until=" + BigDecimal.valueOf(System.currentTimeMillis(), 3))
                    .body();
            assertThat(socket.until(
                            last.substring(last.lastIndexOf("data: ") + 6).strip()))
                    .isEqualTo(WebSocketEnd.TEXT);
            assertThat(socket.said()).startsWith("{\"seq\":1,").contains("\"id\":\"three\"");
        }
    }
}
