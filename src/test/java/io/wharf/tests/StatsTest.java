package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code docker stats} shows is what the containers do. */
class StatsTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static String idle(String name, String... flags) {
        String[] command = Stream.of(
                        Stream.of("run", "-d", "--name", name), Stream.of(flags), Stream.of("busybox", "sleep", "1000"))
                .flatMap(part -> part)
                .toArray(String[]::new);
        return rig.ok(command);
    }

    private static JsonNode stats(String ref, String query) throws IOException {
        return Json.MAPPER.readTree(
                rig.http().get("/containers/" + ref + "/stats?" + query).body());
    }

    private static JsonNode now(String ref) {
        try {
            return stats(ref, "stream=false&one-shot=true");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void noStream_listsWhatRunsOrAll() {
        idle("one", "--memory", "64m", "--pids-limit", "9");
        rig.ok("create", "--name", "still", "busybox", "true");
        assertThat(rig.ok("stats", "--no-stream", "--format", "{{.Name}} {{.MemPerc}} {{.PIDs}}"))
                .matches("one \\d+\\.\\d+% 1");
        assertThat(rig.ok("stats", "--no-stream", "--format", "{{.MemUsage}}")).endsWith(" / 64MiB");
        assertThat(rig.ok("stats", "--no-stream", "--all", "--format", "{{.Name}} {{.CPUPerc}} {{.PIDs}}")
                        .lines())
                .hasSize(2)
                .contains("still 0.00% 0");
    }

    @Test
    void sample_isOfTheContainer() throws IOException {
        String id = idle("one", "--pids-limit", "9");
        JsonNode stats = stats("one", "stream=false");
        assertThat(stats.at("/id").asText()).isEqualTo(id);
        assertThat(stats.at("/name").asText()).isEqualTo("/one");
        assertThat(stats.at("/preread").asText()).isNotEqualTo("0001-01-01T00:00:00Z");
        assertThat(stats.at("/pids_stats/current").asInt()).isEqualTo(1);
        assertThat(stats.at("/pids_stats/limit").asInt()).isEqualTo(9);
        assertThat(stats.at("/cpu_stats/system_cpu_usage").asLong())
                .isGreaterThan(stats.at("/precpu_stats/system_cpu_usage").asLong());
        assertThat(stats.at("/memory_stats/limit").asLong()).isGreaterThan(1L << 28);
        assertThat(stats.at("/memory_stats/stats").size()).isGreaterThan(20);
        assertThat(stats.at("/networks/eth0").size()).isEqualTo(8);
        assertThat(now("one").at("/preread").asText()).isEqualTo("0001-01-01T00:00:00Z");
    }

    @Test
    void burner_usesAProcessor() throws IOException {
        rig.ok("run", "-d", "--name", "burner", "--cpus", "0.5", "busybox", "sh", "-c", "while :; do :; done");
        JsonNode stats = stats("burner", "stream=false");
        double used = stats.at("/cpu_stats/cpu_usage/total_usage").asLong()
                - stats.at("/precpu_stats/cpu_usage/total_usage").asLong();
        double passed = stats.at("/cpu_stats/system_cpu_usage").asLong()
                - stats.at("/precpu_stats/system_cpu_usage").asLong();
        double share = used / passed * stats.at("/cpu_stats/online_cpus").asInt();
        // Half a processor is its limit; less where others want the same ones.
        assertThat(share).isBetween(0.1, 0.65);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> now("burner")
                                .at("/cpu_stats/throttling_data/throttled_periods")
                                .asLong()
                        > 0);
    }

    @Test
    void memory_andProcessesAreCounted() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "fat",
                "--tmpfs",
                "/big",
                "busybox",
                "sh",
                "-c",
                "head -c 50000000 /dev/zero >/big/file; sleep 1000 & sleep 1000 & wait");
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            JsonNode stats = now("fat");
            assertThat(stats.at("/memory_stats/usage").asLong()).isBetween(50_000_000L, 80_000_000L);
            assertThat(stats.at("/pids_stats/current").asInt()).isEqualTo(3);
        });
    }

    @Test
    void traffic_isCountedInTheContainersNetwork() {
        String gateway = rig.engine().gateway();
        rig.ok(
                "run",
                "-d",
                "--name",
                "talker",
                "busybox",
                "sh",
                "-c",
                "ping -c 5 -i 0.2 -s 1000 " + gateway + "; sleep 1000");
        rig.ok("run", "-d", "--name", "beside", "--network", "container:talker", "busybox", "sleep", "1000");
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            JsonNode traffic = now("talker").at("/networks/eth0");
            assertThat(traffic.at("/tx_bytes").asLong()).isGreaterThan(5000);
            assertThat(traffic.at("/rx_bytes").asLong()).isGreaterThan(5000);
        });
        assertThat(now("beside").at("/networks/eth0/tx_bytes").asLong()).isGreaterThan(5000);
    }

    @Test
    void network_thatIsNotItsOwnIsNotShown() {
        idle("onhost", "--network", "host");
        idle("behind", "--network", "container:onhost");
        idle("alone", "--network", "none");
        assertThat(now("onhost").has("networks")).isFalse();
        assertThat(now("behind").has("networks")).isFalse();
        assertThat(now("alone").has("networks")).isFalse();
    }

    @Test
    void stopped_hasNoValues() throws IOException {
        idle("one");
        rig.ok("kill", "one");
        for (String query : List.of("stream=false", "stream=false&one-shot=true")) {
            JsonNode stats = stats("one", query);
            assertThat(stats.at("/name").asText()).isEqualTo("/one");
            assertThat(stats.at("/read").asText()).isEqualTo("0001-01-01T00:00:00Z");
            assertThat(stats.at("/memory_stats").size()).isZero();
            assertThat(stats.at("/blkio_stats/sectors_recursive").isNull()).isTrue();
        }
        assertThat(rig.http().get("/containers/nobody/stats").status()).isEqualTo(404);
    }

    @Test
    void stream_goesOnThroughEndAndStartUntilTheRemoval() throws IOException {
        idle("one");
        Path out = Files.createTempFile("wharf-tests.", ".stats");
        try (Running curl = Running.start(
                List.of(
                        "curl",
                        "-sN",
                        "--unix-socket",
                        rig.engine().socket().toString(),
                        "-o",
                        out.toString(),
                        "http://d/containers/one/stats"),
                java.util.Map.of())) {
            await().atMost(Duration.ofSeconds(10)).until(() -> lines(out).size() >= 2);
            assertThat(lines(out).getFirst().at("/preread").asText()).isEqualTo("0001-01-01T00:00:00Z");
            assertThat(lines(out).get(1).at("/preread"))
                    .isEqualTo(lines(out).getFirst().at("/read"));
            rig.ok("kill", "one");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> lines(out).getLast().at("/pids_stats").isEmpty());
            rig.ok("start", "one");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> lines(out).getLast().at("/pids_stats/current").asInt() == 1);
            rig.ok("rm", "-f", "one");
            assertThat(curl.await(Duration.ofSeconds(10)).code()).isZero();
        } finally {
            Files.delete(out);
        }
    }

    private static List<JsonNode> lines(Path file) {
        String text = Here.read(file);
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .map(line -> {
                    try {
                        return Json.MAPPER.readTree(line);
                    } catch (IOException e) {
                        throw new AssertionError(line, e);
                    }
                })
                .toList();
    }

    @Test
    void client_followsSeveralContainers() {
        idle("one");
        idle("two");
        try (Running client = rig.docker().start("stats", "--format", "{{.Name}}={{.PIDs}}")) {
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> client.out().contains("one=1") && client.out().contains("two=1"));
        }
    }
}
