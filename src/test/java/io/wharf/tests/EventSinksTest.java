package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens reaches a webhook at least once and a file exactly once, in order, whoever dies meanwhile. */
@WharfOnly("it has no sinks")
class EventSinksTest {
    private static final Pattern NUMBER = Pattern.compile("^(?:\\{\"seq\":|id: )(\\d+)", Pattern.MULTILINE);
    private static final String PORT = "7998";

    @TempDir
    private static Path folder = Path.of("/");

    private static Engine engine;
    private static Path disk = Path.of("/");

    @BeforeAll
    static void start() throws IOException {
        disk = Files.createDirectory(folder.resolve("disk"));
        Files.writeString(folder.resolve("secret"), "not for everybody\n");
        Path config = Files.writeString(folder.resolve("daemon.json"), """
                {"event-sinks": [
                  {"name": "hook", "type": "webhook", "url": "http://127.0.0.1:%s/in", "start": "oldest", "batch": 20,
                   "secret-file": "%s/secret", "timeout": "700ms", "retry-min": "20ms", "retry-max": "200ms"},
                  {"name": "lines", "type": "file", "path": "%s/lines", "start": "oldest", "sync": "50ms"},
                  {"name": "some", "type": "file", "path": "%s/some", "max-size": "4k", "max-files": 3,
                   "filters": {"type": ["volume"], "event": ["destroy"]}}
                ]}
                """.formatted(PORT, folder, disk, folder));
        engine = new Engine(new Machine(), "--config-file", config.toString());
        engine.machine()
                .inHost("mount", "-t", "tmpfs", "-o", "size=200k", "wharf-test", disk.toString())
                .ok();
        engine.start();
    }

    @AfterAll
    static void stop() {
        engine.stop();
        engine.machine().inHost("umount", disk.toString()).ok();
        engine.close();
    }

    private static Running receiver() {
        return engine.machine()
                .startInHost(
                        "python3",
                        Here.resource("webhook.py").toString(),
                        PORT,
                        folder.resolve("secret").toString(),
                        folder.resolve("kept").toString())
                .awaitOut("ready");
    }

    private static void change(int volumes) {
        Http http = engine.http();
        for (int i = 0; i < volumes; i++) {
            http.post("/volumes/create", "{\"Name\":\"v" + i + "\"}");
            http.delete("/volumes/v" + i);
        }
    }

    @Test
    void everyEvent_arrivesOverDeathsOfAllWhoTakePart() throws IOException {
        try (Running first = receiver()) {
            change(20);
            killAmidChanges();
            engine.start();
            change(5);
            first.kill();
        }
        change(5);
        killAmidChanges();
        engine.start();
        fillTheDisk();
        // Moved away as logrotate does it, with and without a word to the engine.
        engine.machine().inHost("mv", disk + "/lines", disk + "/lines.1").ok();
        change(5);
        Running.run("kill", "-HUP", "" + engine.pid()).ok();
        change(5);
        try (Running second = receiver()) {
            await(() -> {
                String told = engine.http().get("/wharf/v1/event-sinks").body();
                assertThat(told).contains("\"Lag\":0,").doesNotContain("waiting");
                assertThat(Pattern.compile("\"Lag\":0,").matcher(told).results())
                        .hasSize(3);
                assertThat(numbers(lines())).containsExactlyElementsOf(journal());
            });
            assertThat(second.alive()).isTrue();
        }
        // At least once: what was under way at a death comes again, after that nothing is out of order.
        List<Long> kept = new ArrayList<>();
        for (String line : Here.read(folder.resolve("kept")).lines().toList()) {
            long number = Long.parseLong(line.substring(0, line.indexOf(' ')));
            if (kept.isEmpty() || number > kept.getLast()) {
                kept.add(number);
            }
        }
        assertThat(kept).containsExactlyElementsOf(journal());
        assertThat(folder.resolve("some")).exists();
        assertThat(folder.resolve("some.2")).exists();
        assertThat(folder.resolve("some.3")).doesNotExist();
        assertThat(Here.read(folder.resolve("some.1")).lines())
                .isNotEmpty()
                .allMatch(line -> line.contains("\"type\":\"volume\",\"action\":\"destroy\""));
    }

    private static void killAmidChanges() {
        Thread changing = Thread.ofVirtual().start(() -> {
            try {
                change(1000);
            } catch (RuntimeException e) {
                // The engine's death.
            }
        });
        long before = Files.exists(folder.resolve("some"))
                ? folder.resolve("some").toFile().length()
                : 0;
        await(() -> assertThat(folder.resolve("some").toFile().length()).isNotEqualTo(before));
        engine.kill();
        try {
            changing.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void fillTheDisk() {
        engine.machine().inHost("sh", "-c", "cat /dev/zero >" + disk + "/filler");
        change(20);
        await(() ->
                assertThat(engine.http().get("/wharf/v1/event-sinks").body()).contains("No space left on device"));
        engine.machine().inHost("rm", disk + "/filler").ok();
    }

    private static String lines() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(engine.machine().seen(disk))) {
            files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> all.append(Here.read(file)));
        }
        return all.toString();
    }

    /** Every number up to the newest that there is. */
    private static List<Long> journal() {
        Ran ran = engine.docker().run("events", "--since", "0", "--until", "0s", "--format", "json");
        return LongStream.rangeClosed(1, ran.ok().lines().size()).boxed().toList();
    }

    private static List<Long> numbers(String text) {
        return NUMBER.matcher(text)
                .results()
                .map(found -> Long.valueOf(found.group(1)))
                .toList();
    }

    private static void await(org.awaitility.core.ThrowingRunnable condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(condition);
    }
}
