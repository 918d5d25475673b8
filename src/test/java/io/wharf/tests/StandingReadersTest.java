package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Readers that stand still before large events: the engine, whose heap has 128 MB, lives, and nothing is lost. */
@Timeout(90)
@WharfOnly("it drops what a reader does not take within 100 ms")
class StandingReadersTest {
    /** Of each of three ways; 16 events for each would be twice the heap. */
    private static final int READERS = 20;

    private static final int EVENTS = 18;
    private static final int LABEL = 256 * 1024;
    private static final Pattern RENAMED = Pattern.compile("\"oldName\":\"/n(\\d+)\"");
    private static final String LAST = "\"oldName\":\"/n" + (EVENTS - 1) + "\"";

    @RegisterExtension
    static final Rig rig = new Rig().untapped("it judges replies by words, of which these have megabytes");

    @Test
    void readersThatStandStill_holdLittle_andThenGetEverything() throws IOException {
        // Of two and three bytes each: pieces may not end amid a character.
        String label = "äЖ€".repeat(LABEL / 7);
        assertThat(rig.http()
                        .post(
                                "/containers/create?name=n0",
                                "{\"Image\":\"busybox\",\"Labels\":{\"much\":\"" + label + "\"}}")
                        .status())
                .isEqualTo(201);
        List<SocketChannel> readers = new ArrayList<>();
        try {
            for (int i = 0; i < READERS; i++) {
                readers.add(ask("/v1.40/events?filters=%7B%22event%22:%5B%22rename%22%5D%7D", ""));
                readers.add(ask("/wharf/v1/events?filters=%7B%22event%22:%5B%22rename%22%5D%7D", ""));
                readers.add(ask(
                        "/wharf/v1/events?filters=%7B%22event%22:%5B%22rename%22%5D%7D",
                        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
            }
            for (int i = 0; i < EVENTS; i++) {
                assertThat(rig.http()
                                .post("/containers/n" + i + "/rename?name=n" + (i + 1), "")
                                .status())
                        .isEqualTo(204);
            }
            List<Integer> all = IntStream.range(0, EVENTS).boxed().toList();
            // Some of them: each event is read from disk again for each.
            for (int i = 0; i < 6; i++) {
                String seen = i % 3 == 2 ? messages(readers.get(i)) : chunks(readers.get(i));
                assertThat(RENAMED.matcher(seen)
                                .results()
                                .map(found -> Integer.valueOf(found.group(1)))
                                .toList())
                        .isEqualTo(all);
                assertThat((seen.length() - seen.replace(label, "").length()) / label.length())
                        .isEqualTo(EVENTS);
            }
            assertThat(rig.engine().alive()).isTrue();
        } finally {
            for (SocketChannel reader : readers) {
                reader.close();
            }
        }
    }

    /** Asks, and waits for the head: what is committed after it, it gets. */
    private static SocketChannel ask(String path, String headers) throws IOException {
        SocketChannel channel = rig.http().connect();
        channel.write(ByteBuffer.wrap(
                ("GET " + path + " HTTP/1.1\r\nHost: d\r\n" + headers + "\r\n").getBytes(StandardCharsets.US_ASCII)));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) read(channel, 1)[0]);
        }
        return channel;
    }

    /** The body of a chunked reply, up to the last event. */
    private static String chunks(SocketChannel channel) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        do {
            StringBuilder size = new StringBuilder();
            while (size.indexOf("\r\n") < 0) {
                size.append((char) read(channel, 1)[0]);
            }
            body.writeBytes(read(channel, Integer.parseInt(size.toString().strip(), 16)));
            read(channel, 2);
        } while (!ends(body, '\n'));
        return body.toString(StandardCharsets.UTF_8);
    }

    /** What the messages of a WebSocket say, up to the last event. */
    private static String messages(SocketChannel channel) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        do {
            byte[] head = read(channel, 2);
            long length = head[1] & 127;
            if (length == 126) {
                length = ByteBuffer.wrap(read(channel, 2)).getShort() & 0xffff;
            } else if (length == 127) {
                length = ByteBuffer.wrap(read(channel, 8)).getLong();
            }
            said.writeBytes(read(channel, (int) length));
        } while (!ends(said, '}'));
        return said.toString(StandardCharsets.UTF_8);
    }

    /** Whether the last event is there as a whole. */
    private static boolean ends(ByteArrayOutputStream seen, char end) {
        if (seen.size() < (long) EVENTS * (LABEL - 7)) {
            return false;
        }
        String all = seen.toString(StandardCharsets.UTF_8);
        return all.charAt(all.length() - 1) == end && all.contains(LAST);
    }

    private static byte[] read(SocketChannel channel, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            assertThat(channel.read(buffer)).isPositive();
        }
        return buffer.array();
    }
}
