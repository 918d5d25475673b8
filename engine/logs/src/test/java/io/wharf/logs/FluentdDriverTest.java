package io.wharf.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FluentdDriverTest {
    /** Unpacks one value of MessagePack, written for this test from the format's own specification. */
    private static Object unpack(DataInputStream in) throws IOException {
        var type = in.readUnsignedByte();
        if (type < 0x80) {
            return (long) type;
        }
        if (type >= 0x80 && type < 0x90 || type == 0xde) {
            return map(in, type == 0xde ? in.readUnsignedShort() : type & 15);
        }
        if (type >= 0x90 && type < 0xa0 || type == 0xdc) {
            var size = type == 0xdc ? in.readUnsignedShort() : type & 15;
            var list = new ArrayList<>();
            for (var i = 0; i < size; i++) {
                list.add(unpack(in));
            }
            return list;
        }
        if (type >= 0xa0 && type < 0xc0) {
            return text(in, type & 31);
        }
        return switch (type) {
            case 0xd9 -> text(in, in.readUnsignedByte());
            case 0xda -> text(in, in.readUnsignedShort());
            case 0xdb -> text(in, in.readInt());
            case 0xce -> Integer.toUnsignedLong(in.readInt());
            case 0xcf -> in.readLong();
            case 0xd7 -> "ext" + in.readByte() + ":" + in.readInt() + "." + in.readInt();
            default -> throw new IOException("unexpected type " + Integer.toHexString(type));
        };
    }

    private static Map<Object, Object> map(DataInputStream in, int size) throws IOException {
        var map = new LinkedHashMap<>();
        for (var i = 0; i < size; i++) {
            map.put(unpack(in), unpack(in));
        }
        return map;
    }

    private static String text(DataInputStream in, int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    /** Keeps the bytes of each value, and acknowledges as {@code answer} says. */
    private static StreamServer.Cut messages(Answer answer) {
        return (in, out) -> {
            var copy = new java.io.ByteArrayOutputStream();
            var tee = new DataInputStream(new java.io.FilterInputStream(in) {
                @Override
                public int read() throws IOException {
                    var b = super.read();
                    if (b >= 0) {
                        copy.write(b);
                    }
                    return b;
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    var count = super.read(into, offset, length);
                    if (count > 0) {
                        copy.write(into, offset, count);
                    }
                    return count;
                }
            });
            try {
                var value = (List<?>) unpack(tee);
                answer.to((Map<?, ?>) value.get(3), out);
                return copy.toByteArray();
            } catch (java.io.EOFException end) {
                return null;
            }
        };
    }

    private interface Answer {
        void to(Map<?, ?> option, OutputStream out) throws IOException;
    }

    private static List<?> next(StreamServer server) throws Exception {
        return (List<?>) unpack(new DataInputStream(new ByteArrayInputStream(server.next())));
    }

    private static LogDriver open(StreamServer server, String... options) throws IOException {
        var all = java.util.Arrays.copyOf(options, options.length + 2);
        all[options.length] = "fluentd-address";
        all[options.length + 1] = "127.0.0.1:" + server.port();
        var source = Said.source(all);
        new FluentdKind().check(source.options());
        return new FluentdKind().open(source);
    }

    @Test
    void message_carriesTagTimeAndRecord() throws Exception {
        try (var server = StreamServer.tcp(0, messages((option, out) -> {}));
                var driver = open(server, "tag", "docker.{{.Name}}", "labels", "team", "env", "STAGE")) {
            driver.write(Said.out("one"));
            driver.write(Said.message(true, new byte[] {(byte) 0xff, 'x'}, false));
            var message = next(server);
            assertThat(message).hasSize(4);
            assertThat(message.get(0)).isEqualTo("docker.web");
            assertThat(message.get(1)).isEqualTo(Said.NANOS / 1_000_000_000L);
            assertThat(message.get(2))
                    .isEqualTo(Map.of(
                            "container_id",
                            Said.ID,
                            "container_name",
                            "/web",
                            "source",
                            "stdout",
                            "log",
                            "one",
                            "team",
                            "red",
                            "STAGE",
                            "test"));
            assertThat(message.get(3)).isEqualTo(Map.of());
            var second = (Map<?, ?>) next(server).get(2);
            assertThat(second.get("source")).isEqualTo("stderr");
            assertThat(second.get("log")).isEqualTo("\u00ffx");
        }
    }

    @Test
    void lengths_areWrittenInTheirShortestForm() throws Exception {
        try (var server = StreamServer.tcp(0, messages((option, out) -> {}));
                var driver = open(server, "fluentd-sub-second-precision", "true")) {
            for (var length : new int[] {0, 31, 32, 255, 256, 65535, 65536, 200_000}) {
                driver.write(Said.out("x".repeat(length)));
                var message = next(server);
                assertThat(message.get(1)).isEqualTo("ext0:" + Said.NANOS / 1_000_000_000L + ".123456789");
                assertThat(((Map<?, ?>) message.get(2)).get("log")).isEqualTo("x".repeat(length));
            }
        }
    }

    @Test
    void parts_areNumbered() throws Exception {
        try (var server = StreamServer.tcp(0, messages((option, out) -> {}));
                var driver = open(server)) {
            driver.write(Said.part("a"));
            driver.write(Said.err("between"));
            driver.write(Said.part("b"));
            driver.write(Said.out("c"));
            driver.write(Said.out("whole"));
            var first = (Map<?, ?>) next(server).get(2);
            assertThat(first.get("partial_message")).isEqualTo("true");
            assertThat(first.get("partial_ordinal")).isEqualTo("1");
            assertThat(first.get("partial_last")).isEqualTo("false");
            assertThat(((Map<?, ?>) next(server).get(2)).containsKey("partial_id"))
                    .isFalse();
            assertThat(((Map<?, ?>) next(server).get(2)).get("partial_ordinal")).isEqualTo("2");
            var last = (Map<?, ?>) next(server).get(2);
            assertThat(last.get("partial_id")).isEqualTo(first.get("partial_id"));
            assertThat(last.get("partial_ordinal")).isEqualTo("3");
            assertThat(last.get("partial_last")).isEqualTo("true");
            assertThat(((Map<?, ?>) next(server).get(2)).containsKey("partial_message"))
                    .isFalse();
        }
    }

    @Test
    void acknowledgement_isWaitedFor() throws Exception {
        var answers = new java.util.concurrent.atomic.AtomicInteger();
        try (var server = StreamServer.tcp(0, messages((option, out) -> {
                    var right = answers.getAndIncrement() != 1;
                    var chunk = right ? option.get("chunk").toString() : "another chunk of 24 bytes";
                    out.write(new MessagePack().map(1).text("ack").text(chunk).bytes());
                }));
                var driver = open(server, "fluentd-request-ack", "true", "fluentd-retry-wait", "1ms")) {
            driver.write(Said.out("one"));
            // The wrong answer costs the connection, and the message goes again on a new one.
            driver.write(Said.out("two"));
            assertThat(server.connections()).isEqualTo(2);
            assertThat(answers).hasValue(3);
        }
    }

    @Test
    void absentAcknowledgement_isAFailure() throws Exception {
        try (var server = StreamServer.tcp(0, messages((option, out) -> {}));
                var driver = open(server, "fluentd-request-ack", "true", "fluentd-read-timeout", "100ms")) {
            assertThatThrownBy(() -> driver.write(Said.out("one"))).hasMessageContaining("i/o timeout");
        }
    }

    @Test
    void message_isGivenUpAfterTheRetriesAskedFor() throws Exception {
        int port;
        try (var server = StreamServer.tcp(0, StreamServer.LINES)) {
            port = server.port();
        }
        var options = Said.source(
                "fluentd-address", "127.0.0.1:" + port, "fluentd-max-retries", "2", "fluentd-retry-wait", "1ms");
        try (var driver = new FluentdKind().open(options)) {
            assertThatThrownBy(() -> driver.write(Said.out("x"))).isInstanceOf(IOException.class);
            await().ignoreExceptions().until(() -> {
                driver.write(Said.out("x"));
                return true;
            });
        }
    }
}
