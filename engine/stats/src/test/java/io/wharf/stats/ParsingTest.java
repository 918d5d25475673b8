package io.wharf.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.linux.CgroupHierarchies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParsingTest {
    private static String text(JsonBytes json) {
        return new String(json.array(), 0, json.length(), StandardCharsets.US_ASCII);
    }

    @Test
    void namedNumbers_areFoundWhateverStandsBetween() {
        NamedNumbers numbers = new NamedNumbers(List.of("rss", "cache", "absent"));
        numbers.parse(KernelText.of("cache 1\nrss_huge 2\nrss 3\nodd\n"));
        assertThat(numbers.value(0)).isEqualTo(3);
        assertThat(numbers.value(1)).isEqualTo(1);
        assertThat(numbers.value(2)).isZero();
    }

    @Test
    void namedNumbers_areFoundWhereTheLinesChange() {
        NamedNumbers numbers = new NamedNumbers(List.of("a", "b"));
        numbers.parse(KernelText.of("a 1\nb 2\n"));
        numbers.parse(KernelText.of("b 4\na 3\nmore 5\n"));
        assertThat(numbers.value(0)).isEqualTo(3);
        assertThat(numbers.value(1)).isEqualTo(4);
        numbers.parse(KernelText.of(""));
        assertThat(numbers.value(0)).isZero();
    }

    @Test
    void number_readsWhatTheKernelWrites() {
        assertThat(KernelText.of("0\n").number()).isZero();
        assertThat(KernelText.of("9223372036854771712\n").number()).isEqualTo(9223372036854771712L);
        assertThat(KernelText.of("max\n").number()).isEqualTo(-1);
        assertThat(KernelText.of("-5\n").number()).isZero();
    }

    @Test
    void json_writesNumbersWithoutSign() {
        JsonBytes json = new JsonBytes(0);
        for (long value : new long[] {0, 9, 10, 1234567890123456789L, Long.MAX_VALUE, -1}) {
            json.number(value).raw(' ');
        }
        assertThat(text(json)).isEqualTo("0 9 10 1234567890123456789 9223372036854775807 18446744073709551615 ");
    }

    @Test
    void network_showsInterfacesOfTheEngine() {
        JsonBytes into = new JsonBytes(0);
        NetworkGauge.table(KernelText.of("""
                        Inter-|   Receive                                                |  Transmit
                         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                            lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
                          eth0:    1252      14    3    4    5     6          7         8        9      10   11   12   13    14      15         16
                        docker0:   1252      14    3    4    5     6          7         8        9      10   11   12   13    14      15         16
                         eth12:98765432109876 14 3 4 5 6 7 8 9 10 11 12 13 14 15 16
                        """), into);
        assertThat(text(into))
                .isEqualTo("\"eth0\":{\"rx_bytes\":1252,\"rx_packets\":14,\"rx_errors\":3,\"rx_dropped\":4,"
                        + "\"tx_bytes\":9,\"tx_packets\":10,\"tx_errors\":11,\"tx_dropped\":12},"
                        + "\"eth12\":{\"rx_bytes\":98765432109876,\"rx_packets\":14,\"rx_errors\":3,\"rx_dropped\":4,"
                        + "\"tx_bytes\":9,\"tx_packets\":10,\"tx_errors\":11,\"tx_dropped\":12}");
    }

    @Test
    void systemTime_sumsUserToSoftirq() {
        try (SystemTime time = new SystemTime()) {
            time.parse(KernelText.of(
                    "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 1 1 1\ncpu1 1 1 1 1 1 1 1 1 1 1\nintr 5 cpu 6\n"));
            JsonBytes json = new JsonBytes(0);
            time.write(json);
            assertThat(text(json)).isEqualTo(",\"system_cpu_usage\":280000000,\"online_cpus\":2");
        }
    }

    @Test
    void blocks_ofACfqScheduler_fillTheirLists(@TempDir Path folder) throws IOException {
        CgroupHierarchies hierarchies = Recorded.hierarchies(
                folder,
                Map.of(
                        "blkio.io_serviced_recursive",
                        "8:0 Read 3\n8:0 Total 3\nTotal 3\n",
                        "blkio.io_service_bytes_recursive",
                        "8:0 Read 12288\nTotal 12288\n",
                        "blkio.io_queued_recursive",
                        "8:0 Read 1\nTotal 1\n",
                        "blkio.time_recursive",
                        "8:0 77\n",
                        "blkio.sectors_recursive",
                        "8:0 24\n",
                        "blkio.throttle.io_service_bytes",
                        "8:0 Read 1\nTotal 1\n"),
                false,
                "blkio");
        try (BlockGauge gauge = new BlockGauge(hierarchies, Recorded.CGROUP)) {
            assertThat(gauge.read(new KernelText())).isTrue();
            JsonBytes json = new JsonBytes();
            gauge.write(json);
            assertThat(text(json))
                    .contains(
                            "\"io_service_bytes_recursive\":[{\"major\":8,\"minor\":0,\"op\":\"Read\",\"value\":12288}]")
                    .contains("\"io_queue_recursive\":[{\"major\":8,\"minor\":0,\"op\":\"Read\",\"value\":1}]")
                    .contains("\"io_time_recursive\":[{\"major\":8,\"minor\":0,\"op\":\"\",\"value\":77}]")
                    .contains("\"io_merged_recursive\":[]");
        }
    }
}
