package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.wharf.streams.ByteQueue;
import io.wharf.streams.StdFrames;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A long log beside other work of the same loop. */
class LogStreamTest {
    private static final int CHUNKS = 60;
    private static final String LINE = "2026-01-02T03:04:05.600000000Z " + "x".repeat(32) + "\n";

    @Test
    void longLog_letsOthersHaveTheirTurns() throws Exception {
        ByteQueue frames = new ByteQueue(Long.MAX_VALUE);
        byte[] text = LINE.repeat((64 << 10) / LINE.length() + 1).getBytes(StandardCharsets.US_ASCII);
        byte[] frame = new byte[StdFrames.HEADER_BYTES + text.length];
        StdFrames.header(frame, 0, StdFrames.STDOUT, text.length);
        System.arraycopy(text, 0, frame, StdFrames.HEADER_BYTES, text.length);
        for (int i = 0; i < CHUNKS; i++) {
            frames.offer(Unpooled.wrappedBuffer(frame));
        }
        frames.end();
        Vertx vertx = Vertx.vertx();
        try {
            int[] turns = {0};
            // Looked at there: a timer makes up later for turns that it has missed.
            int[] atEnd = {0};
            int[] lines = {0};
            Promise<Void> over = Promise.promise();
            vertx.getOrCreateContext().runOnContext(begin -> {
                vertx.setPeriodic(1, turn -> turns[0]++);
                LogStream stream = new LogStream(frames, new LogLines(false, false));
                stream.endHandler(end -> {
                    atEnd[0] = turns[0];
                    over.complete();
                });
                stream.handler(json -> {
                    lines[0] += json.toString().split("\n").length;
                    // As the one who writes it does where the client has not taken it yet.
                    stream.pause();
                    stream.resume();
                });
            });
            over.future().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThat(lines[0]).isEqualTo(CHUNKS * (text.length / LINE.length()));
            assertThat(atEnd[0]).as("turns of another").isGreaterThan(CHUNKS / 4);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }
}
