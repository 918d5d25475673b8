package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.WharfException;
import io.wharf.contracts.Feed;
import io.wharf.contracts.StatsService.Sample;
import io.wharf.streams.SharedMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StatsTest {
    private static final String FOLLOW = "GET /containers/web/stats HTTP/1.1\r\nHost: d\r\n\r\n";

    private ApiUnderTest api;
    private final Messages feed = new Messages();

    @BeforeEach
    void open() throws IOException {
        api = new ApiUnderTest();
        api.stats.on("follow", arguments -> Future.succeededFuture(api.handles.offer((Feed) feed, () -> {})));
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    /** A feed that a test speaks through. */
    private static final class Messages implements Feed {
        final List<Reader> readers = new CopyOnWriteArrayList<>();

        @Override
        public void join(Reader reader) {
            readers.add(reader);
        }

        @Override
        public void leave(Reader reader) {
            readers.remove(reader);
        }

        void say(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            for (Reader reader : readers) {
                SharedMessage message = SharedMessage.of(bytes, bytes.length);
                CompletableFuture.runAsync(() -> reader.take(message), reader.loop())
                        .join();
                message.release();
            }
        }
    }

    @Test
    void stream_bringsMessagesAsChunksAndTheEnd() throws IOException {
        try (RawClient client = new RawClient(api.socket)) {
            client.send(FOLLOW);
            assertThat(client.readHead()).contains("200 OK", "application/json", "chunked");
            await().until(() -> feed.readers.size() == 1);
            feed.say("{\"a\":1}\n");
            assertThat(client.read(13)).isEqualTo("8\r\n{\"a\":1}\n\r\n");
            feed.say("{}\n");
            assertThat(client.read(8)).isEqualTo("3\r\n{}\n\r\n");
            feed.readers.getFirst().loop().execute(feed.readers.getFirst()::end);
            assertThat(client.read(5)).isEqualTo("0\r\n\r\n");
            // The connection serves the next request.
            api.stats.on("now", arguments -> Future.succeededFuture(new Sample(Buffer.buffer("{}\n"))));
            client.send("GET /containers/web/stats?stream=0&one-shot=1 HTTP/1.1\r\nHost: d\r\n\r\n");
            assertThat(client.readHead()).contains("200 OK", "content-length: 3");
        }
    }

    @Test
    void stream_clientGone_leavesTheFeed() throws IOException {
        try (RawClient client = new RawClient(api.socket)) {
            client.send(FOLLOW).readHead();
            await().until(() -> feed.readers.size() == 1);
        }
        await().until(feed.readers::isEmpty);
    }

    @Test
    void stream_clientThatDoesNotRead_missesMessagesButGetsWholeOnes() throws IOException {
        String line = "x".repeat(100_000) + "\n";
        try (RawClient slow = new RawClient(api.socket)) {
            slow.send(FOLLOW.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))
                    .readHead();
            await().until(() -> feed.readers.size() == 1);
            // More than any socket holds: without loss this would be 100 MB of memory.
            for (int i = 0; i < 1000; i++) {
                feed.say(line);
            }
            String chunk = Integer.toHexString(line.length()) + "\r\n" + line + "\r\n";
            assertThat(slow.read(chunk.length())).isEqualTo(chunk);
            feed.readers.getFirst().loop().execute(feed.readers.getFirst()::end);
            String rest = slow.readAll();
            assertThat(rest).endsWith("\r\n0\r\n\r\n");
            assertThat((rest.length() - 5) % chunk.length())
                    .as("whole messages")
                    .isZero();
            assertThat(rest.length()).isLessThan(20_000_000);
        }
    }

    @Test
    void stream_ofHttp10_comesUnframed() throws IOException {
        try (RawClient client = new RawClient(api.socket)) {
            client.send("GET /containers/web/stats HTTP/1.0\r\nHost: d\r\n\r\n").readHead();
            await().until(() -> feed.readers.size() == 1);
            feed.say("{}\n");
            assertThat(client.read(3)).isEqualTo("{}\n");
        }
    }

    @Test
    void unknownContainer_isA404() throws IOException {
        api.stats.on("follow", arguments -> Future.failedFuture(WharfException.notFound("No such container: web")));
        assertThat(RawClient.get(api.socket, "/containers/web/stats")).contains("404 Not Found", "No such container");
    }

    @Test
    void oneShot_isKnownFromVersion41On() throws IOException {
        api.stats.on("now", arguments -> Future.succeededFuture(new Sample(Buffer.buffer("now\n"))));
        api.stats.on("measured", arguments -> Future.succeededFuture(new Sample(Buffer.buffer("measured\n"))));
        assertThat(RawClient.get(api.socket, "/v1.41/containers/web/stats?stream=0&one-shot=1"))
                .endsWith("now\n");
        assertThat(RawClient.get(api.socket, "/v1.40/containers/web/stats?stream=0&one-shot=1"))
                .endsWith("measured\n");
        assertThat(RawClient.get(api.socket, "/containers/web/stats?stream=0")).endsWith("measured\n");
    }
}
