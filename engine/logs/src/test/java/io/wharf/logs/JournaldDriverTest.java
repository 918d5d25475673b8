package io.wharf.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.linux.Fd;
import io.wharf.linux.UnixDatagrams;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournaldDriverTest {
    @TempDir
    Path folder;

    /** Reads the native protocol: {@code NAME=value}, or a name, a length and so many bytes. */
    private static Map<String, String> fields(byte[] bytes) {
        var fields = new HashMap<String, String>();
        for (var at = 0; at < bytes.length; ) {
            var from = at;
            while (bytes[at] != '=' && bytes[at] != '\n') {
                at++;
            }
            var name = new String(bytes, from, at - from, StandardCharsets.US_ASCII);
            int length;
            if (bytes[at++] == '=') {
                from = at;
                while (bytes[at] != '\n') {
                    at++;
                }
                length = at - from;
            } else {
                length = (int)
                        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(at);
                from = at + 8;
                at = from + length;
            }
            assertThat(bytes[at++]).isEqualTo((byte) '\n');
            fields.put(name, new String(bytes, from, length, StandardCharsets.ISO_8859_1));
        }
        return fields;
    }

    private static Map<String, String> next(Fd receiver) throws IOException {
        var message = UnixDatagrams.receive(receiver, 300_000).orElseThrow();
        if (message.descriptor().isEmpty()) {
            return fields(message.bytes().getBytes());
        }
        try (var memory = message.descriptor().get()) {
            return fields(Files.readAllBytes(Path.of(memory.procPath())));
        }
    }

    @Test
    void fields_areThoseOfDocker() throws Exception {
        var path = folder.resolve("socket").toString();
        var source = Said.source("tag", "{{.Name}}\n!", "labels", "com.example.x-y", "env", "STAGE");
        try (var driver = new JournaldKind(path).open(source)) {
            assertThatThrownBy(() -> driver.write(Said.out("early"))).hasMessageContaining("No such file");
            try (var receiver = UnixDatagrams.bind(path)) {
                driver.write(Said.out("one"));
                driver.write(Said.err("two"));
                var one = next(receiver);
                assertThat(one)
                        .containsEntry("MESSAGE", "one")
                        .containsEntry("PRIORITY", "6")
                        .containsEntry("CONTAINER_ID", "4f66ad9a0b2e")
                        .containsEntry("CONTAINER_ID_FULL", Said.ID)
                        .containsEntry("CONTAINER_NAME", "web")
                        .containsEntry("CONTAINER_TAG", "web\n!")
                        .containsEntry("SYSLOG_IDENTIFIER", "web\n!")
                        .containsEntry("IMAGE_NAME", "busybox:latest")
                        .containsEntry("SYSLOG_TIMESTAMP", "2026-11-05T10:20:30.123456789Z")
                        .containsEntry("CONTAINER_LOG_ORDINAL", "1")
                        .containsEntry("COM_EXAMPLE_X_Y", "odd")
                        .containsEntry("STAGE", "test");
                assertThat(one.get("CONTAINER_LOG_EPOCH")).hasSize(64);
                assertThat(next(receiver))
                        .containsEntry("PRIORITY", "3")
                        .containsEntry("CONTAINER_LOG_ORDINAL", "2")
                        .containsEntry("CONTAINER_LOG_EPOCH", one.get("CONTAINER_LOG_EPOCH"));
            }
        }
    }

    @Test
    void parts_areNumbered() throws Exception {
        var path = folder.resolve("socket").toString();
        try (var receiver = UnixDatagrams.bind(path);
                var driver = new JournaldKind(path).open(Said.source())) {
            driver.write(Said.part("a"));
            driver.write(Said.out("b"));
            var first = next(receiver);
            assertThat(first)
                    .containsEntry("CONTAINER_PARTIAL_MESSAGE", "true")
                    .containsEntry("CONTAINER_PARTIAL_ORDINAL", "1")
                    .containsEntry("CONTAINER_PARTIAL_LAST", "false");
            assertThat(next(receiver))
                    .doesNotContainKey("CONTAINER_PARTIAL_MESSAGE")
                    .containsEntry("CONTAINER_PARTIAL_ID", first.get("CONTAINER_PARTIAL_ID"))
                    .containsEntry("CONTAINER_PARTIAL_ORDINAL", "2")
                    .containsEntry("CONTAINER_PARTIAL_LAST", "true");
        }
    }

    @Test
    void longMessage_travelsInMemory() throws Exception {
        var path = folder.resolve("socket").toString();
        try (var receiver = UnixDatagrams.bind(path);
                var driver = new JournaldKind(path).open(Said.source())) {
            driver.write(Said.out("x".repeat(1 << 20)));
            assertThat(next(receiver)).containsEntry("MESSAGE", "x".repeat(1 << 20));
        }
    }

    @Test
    void slowJournal_isWaitedFor() throws Exception {
        var path = folder.resolve("socket").toString();
        try (var receiver = UnixDatagrams.bind(path);
                var driver = new JournaldKind(path).open(Said.source())) {
            var writer = Thread.ofVirtual().start(() -> {
                for (var i = 0; i < 2000; i++) {
                    try {
                        driver.write(Said.out("line " + i));
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            for (var i = 0; i < 2000; i++) {
                var expected = "line " + i;
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .ignoreExceptions()
                        .until(() -> next(receiver).get("MESSAGE"), expected::equals);
            }
            writer.join();
        }
    }

    /** A journal of its own, in a mount namespace with an empty /run; its socket is reached through /proc. */
    @Test
    void realJournal_keepsWhatItIsTold() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/lib/systemd/systemd-journald")), "systemd-journald is not installed");
        var journal = new ProcessBuilder(
                        "unshare",
                        "-m",
                        "sh",
                        "-c",
                        "mount --make-rprivate / && mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal"
                                + " /run/log/journal && exec /lib/systemd/systemd-journald")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("journald.out").toFile())
                .start();
        try {
            var socket = "/proc/" + journal.pid() + "/root" + JournaldKind.SOCKET;
            await().until(() -> journal.isAlive()
                    && Files.exists(Path.of(socket))
                    && Files.readString(Path.of("/proc/" + journal.pid() + "/comm"))
                            .startsWith("systemd-journal"));
            try (var driver = new JournaldKind(socket).open(Said.source("labels", "team"))) {
                driver.write(Said.out("to the journal"));
                driver.write(Said.err("x".repeat(300_000)));
            }
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> assertThat(read(journal.pid(), "CONTAINER_NAME=web"))
                            .hasSize(2));
            var kept = read(journal.pid(), "CONTAINER_NAME=web");
            assertThat(kept.getFirst().get("MESSAGE").asText()).isEqualTo("to the journal");
            assertThat(kept.getFirst().get("TEAM").asText()).isEqualTo("red");
            assertThat(kept.get(1).get("MESSAGE").asText()).hasSize(300_000);
            assertThat(kept.get(1).get("PRIORITY").asText()).isEqualTo("3");
        } finally {
            journal.destroy();
            journal.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static List<JsonNode> read(long journal, String match) throws Exception {
        var process = new ProcessBuilder(
                        "nsenter", "-t", Long.toString(journal), "-m", "journalctl", "-a", "-o", "json", match)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var lines = new java.util.ArrayList<JsonNode>();
        for (var line : new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
            if (!line.isBlank()) {
                lines.add(Json.MAPPER.readTree(line));
            }
        }
        process.waitFor();
        return lines;
    }
}
