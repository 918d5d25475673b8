package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
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
    private static final String TLS_PORT = "7999";

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
                   "filters": {"type": ["volume"], "event": ["destroy"]}},
                  {"name": "safe", "type": "webhook", "url": "https://localhost:%s/in", "batch": 20,
                   "secret-file": "%s/secret", "retry-min": "20ms", "retry-max": "200ms",
                   "ca-file": "%s/ca.pem", "cert-file": "%s/client.pem", "key-file": "%s/client.key",
                   "filters": {"type": ["volume"], "event": ["destroy"]}}
                ]}
                """.formatted(
                        PORT, folder, disk, folder, TLS_PORT, folder, folder, folder, folder));
        certify();
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

    /** An authority, and what it certifies of the receiver and of the engine. */
    private static void certify() {
        Running.run("sh", "-c", """
                cd %s
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \\
                  -days 2 -subj /CN=authority
                for name in server client; do
                  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.csr -subj /CN=$name
                  echo subjectAltName=DNS:localhost >$name.ext
                  openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile $name.ext \\
                    -out $name.pem
                done
                cat server.key >>server.pem
                """.formatted(folder)).ok();
    }

    private static Running receiver() {
        return receiver(PORT, "kept");
    }

    private static Running receiver(String port, String kept, String... tls) {
        List<String> command = new ArrayList<>(List.of(
                "python3",
                Here.resource("webhook.py").toString(),
                port,
                folder.resolve("secret").toString(),
                folder.resolve(kept).toString()));
        command.addAll(List.of(tls));
        return engine.machine().startInHost(command.toArray(String[]::new)).awaitOut("ready");
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
        try (Running second = receiver();
                Running safe = receiver(TLS_PORT, "safe", folder.toString())) {
            await(() -> {
                String told = engine.http().get("/wharf/v1/event-sinks").body();
                assertThat(told).contains("\"Lag\":0,").doesNotContain("waiting");
                assertThat(Pattern.compile("\"Lag\":0,").matcher(told).results())
                        .hasSize(4);
                assertThat(numbers(lines())).containsExactlyElementsOf(journal());
            });
            assertThat(second.alive() && safe.alive()).isTrue();
        }
        assertThat(inOrder("kept")).containsExactlyElementsOf(journal());
        assertThat(inOrder("safe"))
                .hasSize(engine.docker()
                        .ok(
                                "events",
                                "--since",
                                "0",
                                "--until",
                                "0s",
                                "--filter",
                                "type=volume",
                                "--filter",
                                "event=destroy",
                                "--format",
                                "json")
                        .lines()
                        .toList()
                        .size());
        assertThat(folder.resolve("some")).exists();
        assertThat(folder.resolve("some.2")).exists();
        assertThat(folder.resolve("some.3")).doesNotExist();
        assertThat(Here.read(folder.resolve("some.1")).lines())
                .isNotEmpty()
                .allMatch(line -> line.contains("\"type\":\"volume\",\"action\":\"destroy\""));
    }

    /** At least once: what was under way at a death comes again; without that, nothing may be out of order. */
    private static List<Long> inOrder(String file) {
        List<Long> kept = new ArrayList<>();
        for (String line : Here.read(folder.resolve(file)).lines().toList()) {
            long number = Long.parseLong(line.substring(0, line.indexOf(' ')));
            if (kept.isEmpty() || number > kept.getLast()) {
                kept.add(number);
            }
        }
        return kept;
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

    /** The numbers of all that happened, the trail of the requests included. */
    private static List<Long> journal() {
        List<Long> all = numbers(engine.http()
                .get("/wharf/v1/events?after=0&until=" + BigDecimal.valueOf(System.currentTimeMillis(), 3))
                .body());
        assertThat(all)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, all.size()).boxed().toList());
        return all;
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
