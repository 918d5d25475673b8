package io.wharf.stats;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.linux.CgroupHierarchies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplerTest {
    private final Workspace with = new Workspace();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        with.close();
    }

    private JsonNode sample(Sampler sampler, boolean running) throws IOException {
        sampler.sample(Recorded.container(running), with);
        return written();
    }

    private JsonNode written() throws IOException {
        return Json.MAPPER.readTree(text(with.json));
    }

    private static String text(JsonBytes json) {
        return new String(json.array(), 0, json.length(), StandardCharsets.US_ASCII);
    }

    @Test
    void sample_ofVersion1_hasItsFields() throws IOException {
        try (Sampler sampler = new Sampler(Recorded.v1(folder), Recorded.HOST_BYTES)) {
            JsonNode stats = sample(sampler, true);
            assertThat(stats.at("/name").asText()).isEqualTo("/one");
            assertThat(stats.at("/os_type").asText()).isEqualTo("linux");
            assertThat(stats.at("/cpu_stats/cpu_usage").toString())
                    .isEqualTo("{\"total_usage\":21667456,\"percpu_usage\":[2147215,19520241],"
                            + "\"usage_in_kernelmode\":10000000,\"usage_in_usermode\":30000000}");
            assertThat(stats.at("/cpu_stats/throttling_data").toString())
                    .isEqualTo("{\"periods\":20,\"throttled_periods\":3,\"throttled_time\":1500}");
            assertThat(stats.at("/cpu_stats/online_cpus").asInt())
                    .isEqualTo(Runtime.getRuntime().availableProcessors());
            JsonNode memory = stats.at("/memory_stats");
            assertThat(memory.at("/usage").asLong()).isEqualTo(1273856);
            assertThat(memory.at("/max_usage").asLong()).isEqualTo(3567616);
            assertThat(memory.at("/limit").asLong())
                    .as("the host's memory where there is no limit")
                    .isEqualTo(Recorded.HOST_BYTES);
            assertThat(memory.has("failcnt")).isFalse();
            assertThat(memory.at("/stats")).hasSize(32);
            assertThat(memory.at("/stats/dirty").asLong()).isEqualTo(7);
            assertThat(memory.at("/stats/total_inactive_file").asLong()).isEqualTo(12288);
            assertThat(memory.at("/stats/hierarchical_memory_limit").asLong()).isEqualTo(9223372036854771712L);
            assertThat(stats.at("/pids_stats").toString()).isEqualTo("{\"current\":2}");
            JsonNode bytes = stats.at("/blkio_stats/io_service_bytes_recursive");
            assertThat(bytes).hasSize(4);
            assertThat(bytes.get(1).toString())
                    .isEqualTo("{\"major\":254,\"minor\":0,\"op\":\"Write\",\"value\":8192}");
            assertThat(stats.at("/blkio_stats/io_serviced_recursive/3/value").asLong())
                    .isEqualTo(3);
            assertThat(stats.at("/blkio_stats/sectors_recursive")).isEmpty();
            assertThat(stats.at("/blkio_stats/sectors_recursive").isArray()).isTrue();
            assertThat(stats.has("networks")).isFalse();
            assertThat(stats.at("/num_procs").asInt(-1)).isZero();
        }
    }

    @Test
    void sample_ofVersion2_hasItsFields() throws IOException {
        try (Sampler sampler = new Sampler(Recorded.v2(folder), Recorded.HOST_BYTES)) {
            JsonNode stats = sample(sampler, true);
            assertThat(stats.at("/cpu_stats/cpu_usage").toString())
                    .isEqualTo(
                            "{\"total_usage\":21667000,\"usage_in_kernelmode\":1000000,\"usage_in_usermode\":3000000}");
            assertThat(stats.at("/cpu_stats/throttling_data/throttled_time").asLong())
                    .isEqualTo(15000);
            JsonNode memory = stats.at("/memory_stats");
            assertThat(memory.at("/usage").asLong()).isEqualTo(1273856);
            assertThat(memory.has("max_usage")).isFalse();
            assertThat(memory.at("/failcnt").asLong()).isEqualTo(4);
            assertThat(memory.at("/limit").asLong()).isEqualTo(Recorded.HOST_BYTES);
            assertThat(memory.at("/stats")).hasSize(31);
            assertThat(memory.at("/stats/kernel_stack").asLong()).isEqualTo(16384);
            assertThat(stats.at("/pids_stats").toString()).isEqualTo("{\"current\":2,\"limit\":18446744073709551615}");
            assertThat(stats.at("/blkio_stats/io_service_bytes_recursive").toString())
                    .isEqualTo("[{\"major\":8,\"minor\":0,\"op\":\"read\",\"value\":4096},"
                            + "{\"major\":8,\"minor\":0,\"op\":\"write\",\"value\":8192},"
                            + "{\"major\":254,\"minor\":16,\"op\":\"read\",\"value\":0},"
                            + "{\"major\":254,\"minor\":16,\"op\":\"write\",\"value\":512}]");
            assertThat(stats.at("/blkio_stats/io_serviced_recursive").isNull()).isTrue();
        }
    }

    @Test
    void sample_ofHybridHost_readsEachControllerWhereItIs() throws IOException {
        CgroupHierarchies one = Recorded.hierarchies(
                Files.createDirectory(folder.resolve("1")), Recorded.V1, false, "memory", "cpu", "cpuacct");
        CgroupHierarchies two =
                Recorded.hierarchies(Files.createDirectory(folder.resolve("2")), Recorded.V2, true, "pids", "io");
        CgroupHierarchies both = new CgroupHierarchies(
                CgroupHierarchies.Version.HYBRID,
                List.of(one.hierarchies().getFirst(), two.hierarchies().getFirst()));
        try (Sampler sampler = new Sampler(both, Recorded.HOST_BYTES)) {
            JsonNode stats = sample(sampler, true);
            assertThat(stats.at("/memory_stats/max_usage").asLong()).isEqualTo(3567616);
            assertThat(stats.at("/blkio_stats/io_service_bytes_recursive")).hasSize(4);
            assertThat(stats.at("/pids_stats/limit").asText()).isEqualTo("18446744073709551615");
        }
    }

    @Test
    void sample_withoutControllers_hasNoValues() throws IOException {
        CgroupHierarchies none = new CgroupHierarchies(CgroupHierarchies.Version.NONE, List.of());
        try (Sampler sampler = new Sampler(none, Recorded.HOST_BYTES)) {
            JsonNode stats = sample(sampler, true);
            assertThat(stats.at("/memory_stats")).isEmpty();
            assertThat(stats.at("/pids_stats")).isEmpty();
            assertThat(stats.at("/blkio_stats/io_serviced_recursive").isNull()).isTrue();
        }
    }

    @Test
    void sample_namesTheOneBefore() throws IOException {
        try (Sampler sampler = new Sampler(Recorded.v1(folder), Recorded.HOST_BYTES)) {
            JsonNode first = sample(sampler, true);
            assertThat(first.at("/preread").asText()).isEqualTo("0001-01-01T00:00:00Z");
            assertThat(first.at("/precpu_stats/cpu_usage/total_usage").asLong()).isZero();
            assertThat(first.at("/precpu_stats").has("system_cpu_usage")).isFalse();

            Files.writeString(folder.resolve("wharf/one/cpuacct.usage"), "99\n");
            Files.writeString(folder.resolve("wharf/one/memory.limit_in_bytes"), "1048576\n");
            JsonNode second = sample(sampler, true);
            assertThat(second.at("/preread")).isEqualTo(first.at("/read"));
            assertThat(second.at("/precpu_stats")).isEqualTo(first.at("/cpu_stats"));
            assertThat(second.at("/cpu_stats/cpu_usage/total_usage").asLong()).isEqualTo(99);
            assertThat(second.at("/memory_stats/limit").asLong()).isEqualTo(1048576);
        }
    }

    @Test
    void sample_ofOneThatEnded_hasNoValuesButTheOneBefore() throws IOException {
        try (Sampler sampler = new Sampler(Recorded.v1(folder), Recorded.HOST_BYTES)) {
            JsonNode alive = sample(sampler, true);
            JsonNode ended = sample(sampler, false);
            assertThat(ended.at("/read").asText()).isEqualTo("0001-01-01T00:00:00Z");
            assertThat(ended.at("/preread")).isEqualTo(alive.at("/read"));
            assertThat(ended.at("/memory_stats")).isEmpty();
            assertThat(ended.at("/pids_stats")).isEmpty();
            assertThat(ended.at("/blkio_stats/sectors_recursive").isNull()).isTrue();
            assertThat(ended.at("/cpu_stats/throttling_data/periods").asInt(-1)).isZero();
            assertThat(sample(sampler, true).at("/preread").asText()).isEqualTo("0001-01-01T00:00:00Z");
        }
    }

    @Test
    void forgetBefore_leavesTheSampleAsAFirstOne() throws IOException {
        try (Sampler sampler = new Sampler(Recorded.v1(folder), Recorded.HOST_BYTES)) {
            sample(sampler, true);
            Sampler.Parts parts = sampler.sample(Recorded.container(true), with);
            Sampler.forgetBefore(with.json, parts);
            assertThat(written().at("/preread").asText()).isEqualTo("0001-01-01T00:00:00Z");
            assertThat(written().at("/precpu_stats/cpu_usage/total_usage").asLong())
                    .isZero();
            assertThat(written().at("/cpu_stats/cpu_usage/total_usage").asLong())
                    .isEqualTo(21667456);
        }
    }

    @Test
    void writeTime_isAsGoWritesIt() {
        JsonBytes json = new JsonBytes();
        Sampler.writeTime(json, Instant.parse("2026-11-21T08:37:52.012221416Z"));
        Sampler.writeTime(json.raw(' '), Instant.parse("2026-01-02T03:04:05.100Z"));
        Sampler.writeTime(json.raw(' '), Instant.parse("2026-01-02T03:04:05Z"));
        assertThat(text(json)).isEqualTo("2026-11-21T08:37:52.012221416Z 2026-01-02T03:04:05.1Z 2026-01-02T03:04:05Z");
    }
}
