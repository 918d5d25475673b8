package io.wharf.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.wharf.contracts.ProbeResult;
import io.wharf.streams.StdFrames;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What commands and servers say, in whatever pieces it comes. */
class AnswersTest {
    private static HttpAnswer http(String text, int piece) {
        HttpAnswer answer = new HttpAnswer();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += piece) {
            byte[] part = java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece));
            answer.add(part, part.length);
        }
        return answer;
    }

    @Test
    void http_byteByByte_isUnderstood() {
        HttpAnswer answer = http("HTTP/1.1 204 No Content\r\nServer: x\r\nContent-Length: 0\r\n\r\n", 1);
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.isComplete()).isTrue();
        assertThat(answer.text()).isEqualTo("204 No Content");
    }

    @Test
    void http_isCompleteByItsLength() {
        String head = "HTTP/1.0 503 Busy\r\ncontent-length: 5\r\n\r\n";
        assertThat(http(head + "four", 7).isComplete()).isFalse();
        assertThat(http(head + "fünf", 7).isComplete()).isTrue();
        assertThat(http(head + "fünf", 7).text()).isEqualTo("503 Busy\nfünf");
    }

    @Test
    void http_isCompleteByItsLastChunk() {
        String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n";
        assertThat(http(head + "2\r\nok\r\n", 100).isComplete()).isFalse();
        assertThat(http(head + "2\r\nok\r\n0\r\n\r\n", 100).isComplete()).isTrue();
    }

    @Test
    void http_withoutLength_lastsToTheEnd_butNotForEver() {
        String head = "HTTP/1.1 200\r\n\r\n";
        assertThat(http(head + "more", 100).isComplete()).isFalse();
        HttpAnswer endless = http(head + "x".repeat(100_000), 4096);
        assertThat(endless.isComplete()).isTrue();
        assertThat(endless.status()).isEqualTo(200);
        assertThat(endless.text()).hasSizeLessThan(ProbeResult.OUTPUT_LIMIT).endsWith("...");
    }

    @Test
    @Timeout(5)
    void http_longHead_inSmallPieces_costsItsLengthOnly() {
        // A thousand such answers are a second's work if each byte is looked at once, and minutes otherwise.
        String head = "HTTP/1.1 200 OK\r\nX: " + "x".repeat(16_000) + "\r\n";
        for (int i = 0; i < 200; i++) {
            HttpAnswer answer = new HttpAnswer();
            byte[] one = new byte[1];
            for (int at = 0; at < head.length(); at++) {
                one[0] = (byte) head.charAt(at);
                answer.add(one, 1);
                assertThat(answer.isComplete() || answer.status() < 0).isFalse();
            }
        }
    }

    @Test
    void http_whatIsNone_isTold() {
        assertThat(http("SSH-2.0-OpenSSH_9\r\n", 3).status()).isEqualTo(-1);
        assertThat(http("SSH-2.0-OpenSSH_9\r\n", 3).text()).isEqualTo("no HTTP answer: SSH-2.0-OpenSSH_9\r\n");
        assertThat(http("HTTP/1.1 20", 3).status()).isZero();
        assertThat(http("HTTP/1.1 2000 OK\r\n", 3).status()).isEqualTo(-1);
        assertThat(http("x".repeat(20_000), 4096).status()).isEqualTo(-1);
        assertThat(new HttpAnswer().text()).isEqualTo("the connection ended without an answer");
    }

    private static Buffer frame(int stream, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] header = new byte[StdFrames.HEADER_BYTES];
        StdFrames.header(header, 0, stream, bytes.length);
        return Buffer.buffer(header).appendBytes(bytes);
    }

    @Test
    void output_ofBothStreams_isPutTogether_howeverItIsCut() {
        Buffer all = frame(1, "out ").appendBuffer(frame(2, "err")).appendBuffer(frame(1, " out"));
        for (int piece = 1; piece <= all.length(); piece++) {
            ProbeOutput output = new ProbeOutput();
            for (int at = 0; at < all.length(); at += piece) {
                output.add(all.getBuffer(at, Math.min(all.length(), at + piece)));
            }
            assertThat(output.text()).isEqualTo("out err out");
        }
    }

    @Test
    void output_isCutAt4096Bytes() {
        ProbeOutput output = new ProbeOutput();
        output.add(frame(1, "x".repeat(4000)));
        output.add(frame(2, "y".repeat(100_000)));
        assertThat(output.text()).isEqualTo("x".repeat(4000) + "y".repeat(96) + "...");
    }
}
