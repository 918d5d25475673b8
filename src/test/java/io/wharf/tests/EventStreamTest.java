package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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
