package io.wharf.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.linux.Host;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GelfDriverTest {
    private static LogDriver open(String... options) throws IOException {
        var source = Said.source(options);
        new GelfKind().check(source.options());
        return new GelfKind().open(source);
    }

    private static byte[] receive(DatagramSocket socket) throws IOException {
        socket.setSoTimeout(5000);
        var packet = new DatagramPacket(new byte[66000], 66000);
        socket.receive(packet);
        return java.util.Arrays.copyOf(packet.getData(), packet.getLength());
    }

    /** Puts chunks together and unpacks as the first bytes say. */
    private static JsonNode object(DatagramSocket socket) throws IOException {
        var first = receive(socket);
        if (first[0] != 0x1e || first[1] != 0x0f) {
            return Json.MAPPER.readTree(unpack(first));
        }
        var chunks = new TreeMap<Integer, byte[]>();
        chunks.put((int) first[10], first);
        while (chunks.size() < first[11]) {
            var next = receive(socket);
            assertThat(next.length).isLessThanOrEqualTo(1420);
            assertThat(java.util.Arrays.equals(next, 0, 10, first, 0, 10)).isTrue();
            chunks.put((int) next[10], next);
        }
        var whole = new ByteArrayOutputStream();
        chunks.values().forEach(chunk -> whole.write(chunk, 12, chunk.length - 12));
        return Json.MAPPER.readTree(unpack(whole.toByteArray()));
    }

    private static byte[] unpack(byte[] bytes) throws IOException {
        var in = new ByteArrayInputStream(bytes);
        return switch (bytes[0]) {
            case 0x1f -> new GZIPInputStream(in).readAllBytes();
            case 0x78 -> new InflaterInputStream(in).readAllBytes();
            default -> bytes;
        };
    }

    @ParameterizedTest
    @CsvSource({"gzip,1", "gzip,9", "zlib,-1", "none,0"})
    void objects_travelWholeAndInChunks(String compression, String level) throws Exception {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                var driver = open(
                        "gelf-address",
                        "udp://127.0.0.1:" + socket.getLocalPort(),
                        "gelf-compression-type",
                        compression,
                        "gelf-compression-level",
                        level,
                        "labels",
                        "team",
                        "env",
                        "STAGE",
                        "tag",
                        "{{.Name}}")) {
            driver.write(Said.err("grüße"));
            var small = object(socket);
            assertThat(small.get("version").asText()).isEqualTo("1.1");
            assertThat(small.get("host").asText()).isEqualTo(Host.hostname());
            assertThat(small.get("short_message").asText()).isEqualTo("grüße");
            assertThat(small.get("timestamp").decimalValue()).isEqualByComparingTo("1793874030.123");
            assertThat(small.get("level").asInt()).isEqualTo(3);
            assertThat(small.get("_container_id").asText()).isEqualTo(Said.ID);
            assertThat(small.get("_container_name").asText()).isEqualTo("web");
            assertThat(small.get("_image_id").asText()).startsWith("sha256:9f66");
            assertThat(small.get("_image_name").asText()).isEqualTo("busybox:latest");
            assertThat(small.get("_command").asText()).isEqualTo("sh -c date");
            assertThat(small.get("_created").asText()).isEqualTo("2026-11-05T10:20:30.123456789Z");
            assertThat(small.get("_tag").asText()).isEqualTo("web");
            assertThat(small.get("_team").asText()).isEqualTo("red");
            assertThat(small.get("_STAGE").asText()).isEqualTo("test");

            var noise = new StringBuilder();
            new Random(1).ints(20_000, 'a', 'z').forEach(c -> noise.append((char) c));
            driver.write(Said.out(noise.toString()));
            var large = object(socket);
            assertThat(large.get("short_message").asText()).isEqualTo(noise.toString());
            assertThat(large.get("level").asInt()).isEqualTo(6);
        }
    }

    @Test
    void objectThatFitsIntoNoChunks_isDropped_andTheNextGoes() throws Exception {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                var driver = open(
                        "gelf-address", "udp://127.0.0.1:" + socket.getLocalPort(), "gelf-compression-type", "none")) {
            driver.write(Said.out("x".repeat(200_000)));
            driver.write(Said.out(""));
            driver.write(Said.out("next"));
            assertThat(object(socket).get("short_message").asText()).isEqualTo("next");
        }
    }

    @Test
    void tcp_endsObjectsWithZero_andGivesUpWhereAskedTo() throws Exception {
        int port;
        try (var server = StreamServer.tcp(0, StreamServer.ending(0))) {
            port = server.port();
            try (var driver = open("gelf-address", "tcp://localhost:" + port)) {
                driver.write(Said.out("one"));
                driver.write(Said.out("two"));
                assertThat(Json.MAPPER
                                .readTree(server.next())
                                .get("short_message")
                                .asText())
                        .isEqualTo("one");
                assertThat(Json.MAPPER
                                .readTree(server.next())
                                .get("short_message")
                                .asText())
                        .isEqualTo("two");
            }
        }
        try (var driver = open(
                "gelf-address",
                "tcp://localhost:" + port,
                "gelf-tcp-max-reconnect",
                "2",
                "gelf-tcp-reconnect-delay",
                "0")) {
            assertThatThrownBy(() -> driver.write(Said.out("one"))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> driver.write(Said.out("one"))).isInstanceOf(IOException.class);
            await().ignoreExceptions().until(() -> {
                driver.write(Said.out("one"));
                return true;
            });
        }
    }
}
