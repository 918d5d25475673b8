package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Json;
import io.wharf.streams.StdFrames;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames into objects, wherever the bytes are cut. */
class LogLinesTest {
    private static final String TIME = "2026-01-02T03:04:05.600000000Z";

    private static byte[] frame(int stream, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[StdFrames.HEADER_BYTES + bytes.length];
        StdFrames.header(all, 0, stream, bytes.length);
        System.arraycopy(bytes, 0, all, StdFrames.HEADER_BYTES, bytes.length);
        return all;
    }

    private static List<JsonNode> read(LogLines lines, Buffer log, int step) {
        Buffer json = Buffer.buffer();
        for (int at = 0; at < log.length(); at += step) {
            json.appendBuffer(lines.next(log.getBuffer(at, Math.min(log.length(), at + step))));
        }
        json.appendBuffer(lines.end());
        return json.toString()
                .lines()
                .map(line -> Json.read(line, JsonNode.class))
                .toList();
    }

    @Test
    void lines_areWholeHoweverTheyCome_alsoWhereStreamsTakeTurns() {
        Buffer log = Buffer.buffer()
                .appendBytes(frame(1, TIME + " a=b%2Cc,d= one "))
                .appendBytes(frame(2, TIME + "  two\n"))
                .appendBytes(frame(1, "more\n"))
                .appendBytes(frame(1, TIME + "  no end"));
        for (int step : List.of(1, 7, 4096)) {
            assertThat(read(new LogLines(true, false), log, step))
                    .extracting(JsonNode::toString)
                    .containsExactly(
                            "{\"Line\":\"two\\n\",\"Source\":\"stderr\",\"Timestamp\":\"2026-01-02T03:04:05.6Z\"}",
                            "{\"Line\":\"one more\\n\",\"Source\":\"stdout\",\"Timestamp\":\"2026-01-02T03:04:05.6Z\","
                                    + "\"Attrs\":[{\"Key\":\"a\",\"Value\":\"b,c\"},{\"Key\":\"d\",\"Value\":\"\"}]}",
                            "{\"Line\":\"no end\",\"Source\":\"stdout\",\"Timestamp\":\"2026-01-02T03:04:05.6Z\"}");
        }
    }

    @Test
    void parts_cutNoCharacter() {
        String text = "x" + "ü".repeat(LogLines.PART);
        List<JsonNode> parts =
                read(new LogLines(false, false), Buffer.buffer(frame(1, TIME + " " + text + "\n")), 1000);
        assertThat(parts).hasSize(3);
        assertThat(parts.stream().map(part -> part.path("Line").asText()).reduce("", String::concat))
                .isEqualTo(text + "\n");
        assertThat(parts)
                .extracting(part -> part.at("/MetaData/Last").asBoolean())
                .containsExactly(false, false, true);
    }

    @Test
    void failures_areTheLastObject() {
        assertThat(new LogLines(false, true).failure("gone").toString())
                .isEqualTo("\u001e{\"Timestamp\":\"0001-01-01T00:00:00Z\",\"Error\":\"gone\"}\n");
    }
}
