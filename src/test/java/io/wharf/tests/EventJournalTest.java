package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the journal promises: no event and no change without the other over a death, a bound on disk, a word to who is too late. */
@Timeout(60)
@WharfOnly("it keeps 256 events in memory")
class EventJournalTest {
    private static final Pattern RENAME =
            Pattern.compile("^id: (\\d+)\ndata: .*\"action\":\"(\\w+)\".*\"name\":\"(\\w+)\".*\n\n", Pattern.MULTILINE);
    private static final Pattern OLDEST = Pattern.compile("the oldest is (\\d+)");

    @RegisterExtension
    static final Rig rig = new Rig("--events-max-size", "300k", "--events-grpc", "/tmp/wharf-test-events.sock");

    @TempDir
    Path folder;

    /** Changes as fast as they go, a death in their midst: the stream of one who resumes tells what is, and each once. */
    @Test
    void storm_overADeath_isSeenExactlyOnce_andAsItIs() {
        rig.ok("create", "--name", "here", "busybox");
        try (Running first = follow("?after=" + last())) {
            CompletableFuture<Void> storm = CompletableFuture.runAsync(EventJournalTest::renameUntilDeath);
            first.awaitOut("\"name\":\"there\"");
            rig.engine().kill();
            storm.join();
            first.finish();
            List<MatchResult> seen = new ArrayList<>(matches(first.out()));
            rig.engine().start();
            try (Running second = follow("", "Last-Event-ID: " + seen.getLast().group(1))) {
                rig.ok("rename", rig.ok("ps", "-a", "--format", "{{.Names}}"), "last");
                second.awaitOut("\"name\":\"last\"");
                seen.addAll(matches(second.out()));
            }
            List<MatchResult> renames =
                    seen.stream().filter(one -> one.group(2).equals("rename")).toList();
            assertThat(renames).hasSizeGreaterThan(2);
            for (int i = 1; i < renames.size(); i++) {
                assertThat(number(renames.get(i))).isGreaterThan(number(renames.get(i - 1)));
                // Each takes the name that the one before has left: none is missing, none comes twice.
                assertThat(renames.get(i).group())
                        .contains("\"oldName\":\"/" + renames.get(i - 1).group(3) + "\"");
            }
        }
    }

    @Test
    void place_thatIsGone_isToldWithTheOldestKept_alsoToOneThatStandsStill() throws IOException {
        rig.ok("create", "--name", "here", "-l", "much=" + "x".repeat(16_000), "busybox");
        long before = last();
        try (SocketChannel still = rig.http().connect()) {
            still.write(ByteBuffer.wrap(
                    ("GET /wharf/v1/events?after=" + before + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8)));
            for (int i = 0; i < 100; i++) {
                rename(i % 2 == 0 ? "here" : "there", i % 2 == 0 ? "there" : "here");
            }
            String late = awaitGone("/wharf/v1/events?after=" + before);
            var oldest = OLDEST.matcher(late);
            assertThat(oldest.find()).isTrue();
            assertThat(rig.http()
                            .get("/wharf/v1/events?after=" + (Long.parseLong(oldest.group(1)) + 3) + "&until=1.5")
                            .status())
                    .isEqualTo(200);
            String told = Http.read(still).body();
            assertThat(told).contains("event: gone\ndata: {\"message\":\"events up to ");
        }
        // Docker's clients get what there is.
        assertThat(rig.http()
                        .get("/events?since=1&until=" + BigDecimal.valueOf(System.currentTimeMillis(), 3))
                        .body())
                .contains("\"Action\":\"rename\"");
        long stored = rig.engine().dataRoot().resolve("wharf.db").toFile().length();
        assertThat(stored).isLessThan(8 << 20);
    }

    @Test
    void grpc_bringsTheSame() throws IOException {
        rig.ok("volume", "create", "by-grpc");
        Path request = folder.resolve("request");
        // A message of two bytes, not compressed: after = 0.
        Files.write(request, new byte[] {0, 0, 0, 0, 2, 8, 0});
        try (Running stream = Running.start(
                List.of(
                        "curl",
                        "-sN",
                        "--http2-prior-knowledge",
                        "--unix-socket",
                        "/tmp/wharf-test-events.sock",
                        "-H",
                        "content-type: application/grpc",
                        "-H",
                        "te: trailers",
                        "--data-binary",
                        "@" + request,
                        "http://d/wharf.events.v1.Events/Subscribe"),
                Map.of())) {
            stream.awaitOut("by-grpc");
        }
    }

    private static Running follow(String query, String... headers) {
        List<String> command = new ArrayList<>(List.of(
                "curl", "-sN", "--unix-socket", rig.engine().socket().toString(), "http://d/wharf/v1/events" + query));
        for (String header : headers) {
            command.addAll(List.of("-H", header));
        }
        return Running.start(command, Map.of());
    }

    private static List<MatchResult> matches(String stream) {
        return RENAME.matcher(stream).results().toList();
    }

    private static long number(MatchResult event) {
        return Long.parseLong(event.group(1));
    }

    /** The newest number. */
    private static long last() {
        String all = rig.http()
                .get("/wharf/v1/events?after=0&until=" + BigDecimal.valueOf(System.currentTimeMillis(), 3))
                .body();
        int at = all.lastIndexOf("id: ") + 4;
        return Long.parseLong(all.substring(at, all.indexOf('\n', at)));
    }

    private static void renameUntilDeath() {
        try {
            for (int i = 0; ; i++) {
                rename(i % 2 == 0 ? "here" : "there", i % 2 == 0 ? "there" : "here");
            }
        } catch (UncheckedIOException | IllegalStateException | IndexOutOfBoundsException dead) {
            // As is meant.
        }
    }

    private static void rename(String from, String to) {
        assertThat(rig.http()
                        .post("/containers/" + from + "/rename?name=" + to, "")
                        .status())
                .isEqualTo(204);
    }

    private static String awaitGone(String path) {
        return org.awaitility.Awaitility.await()
                .until(
                        () -> rig.http().get(path + "&until=" + BigDecimal.valueOf(System.currentTimeMillis(), 3)),
                        reply -> reply.status() == 410)
                .body();
    }
}
