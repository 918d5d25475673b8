package io.wharf.logs;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ways of a GELF object to its server. */
interface GelfTransport extends Closeable {
    Duration LIMIT = Duration.ofSeconds(10);

    void send(byte[] object) throws IOException;

    /** Objects end with a zero byte; there is no compression. */
    final class Tcp implements GelfTransport {
        private final Destination destination;

        /** Gives a message up after {@code attempts} where the user said so, else never. */
        Tcp(Endpoint to, @Nullable String attempts, int delaySeconds) {
            var most = attempts == null ? Integer.MAX_VALUE : Integer.parseInt(attempts) + 1;
            destination = new Destination(
                    to.toString(),
                    () -> Connection.tcp(to.host(), to.portOr(0), null, LIMIT),
                    new Destination.Pace(Duration.ofSeconds(delaySeconds), most));
        }

        @Override
        public void send(byte[] object) throws IOException {
            var ended = Arrays.copyOf(object, object.length + 1);
            destination.send(connection -> connection.write(ended, ended.length, LIMIT));
        }

        @Override
        public void close() {
            destination.close();
        }
    }

    /** Compressed as asked for, and in up to 128 chunks where it does not fit into one packet. */
    final class Udp implements GelfTransport {
        private static final Logger LOG = LoggerFactory.getLogger(Udp.class);
        /** Fits into an Ethernet frame, whatever carries it. */
        private static final int CHUNK = 1420;

        private static final int CHUNK_HEADER = 12;
        private static final int MOST_CHUNKS = 128;

        private final UdpSender sender;
        private final String compression;
        private final int level;

        Udp(Endpoint to, String compression, int level) {
            sender = new UdpSender(to.host(), to.portOr(0), LIMIT);
            this.compression = compression;
            this.level = level;
        }

        @Override
        public void send(byte[] object) throws IOException {
            var packed = pack(object);
            if (packed.length <= CHUNK) {
                sender.send(ByteBuffer.wrap(packed));
                return;
            }
            var room = CHUNK - CHUNK_HEADER;
            var count = (packed.length + room - 1) / room;
            if (count > MOST_CHUNKS) {
                // It would never fit: trying again would hold up all that follow.
                LOG.warn("gelf: a message of {} bytes is dropped: it would need {} chunks", object.length, count);
                return;
            }
            var id = ThreadLocalRandom.current().nextLong();
            var chunks = new ByteBuffer[count];
            for (var i = 0; i < count; i++) {
                var from = i * room;
                var length = Math.min(room, packed.length - from);
                chunks[i] = ByteBuffer.allocate(CHUNK_HEADER + length)
                        .put((byte) 0x1e)
                        .put((byte) 0x0f)
                        .putLong(id)
                        .put((byte) i)
                        .put((byte) count)
                        .put(packed, from, length)
                        .flip();
            }
            sender.send(chunks);
        }

        private byte[] pack(byte[] object) throws IOException {
            if (compression.equals("none")) {
                return object;
            }
            var bytes = new ByteArrayOutputStream(object.length / 2 + 64);
            if (compression.equals("gzip")) {
                try (var out = new Gzip(bytes, level)) {
                    out.write(object);
                }
                return bytes.toByteArray();
            }
            var deflater = new Deflater(level);
            try (var out = new DeflaterOutputStream(bytes, deflater)) {
                out.write(object);
            } finally {
                deflater.end();
            }
            return bytes.toByteArray();
        }

        @Override
        public void close() throws IOException {
            sender.close();
        }
    }

    /** Gzip with a level, which the library's own has no argument for. */
    final class Gzip extends GZIPOutputStream {
        Gzip(ByteArrayOutputStream out, int level) throws IOException {
            super(out);
            def.setLevel(level);
        }
    }
}
