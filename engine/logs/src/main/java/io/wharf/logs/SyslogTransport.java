package io.wharf.logs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ways of a syslog message to its daemon. None of them connects before there is something to send. */
interface SyslogTransport extends Closeable {
    Duration LIMIT = Duration.ofSeconds(10);

    /** Sends a message that ends with a newline; throws where it did not go. */
    void send(byte[] message) throws IOException;

    static SyslogTransport to(Endpoint address, SyslogFormat format, Map<String, String> options) {
        return switch (address.scheme()) {
            case "" -> new Local();
            case "unixgram" -> new UnixDatagram(address.path());
            case "udp" -> new Udp(address);
            case "unix" -> new Stream(address.toString(), () -> Connection.unix(address.path(), LIMIT), false);
            case "tcp" ->
                new Stream(
                        address.toString(),
                        () -> Connection.tcp(address.host(), address.portOr(514), null, LIMIT),
                        false);
            default ->
                new Stream(
                        address.toString(),
                        () -> Connection.tcp(address.host(), address.portOr(514), trust(options), LIMIT),
                        format.isStructured());
        };
    }

    /** Reads the files for each connection: certificates are renewed while containers run. */
    private static TlsTrust trust(Map<String, String> options) throws IOException {
        return TlsTrust.of(
                options.getOrDefault("syslog-tls-ca-cert", ""),
                options.getOrDefault("syslog-tls-cert", ""),
                options.getOrDefault("syslog-tls-key", ""),
                !options.containsKey("syslog-tls-skip-verify"));
    }

    /** A stream; messages end with a newline, or are preceded by their length in octets (RFC 5425). */
    final class Stream implements SyslogTransport {
        private final Destination destination;
        private final boolean counted;

        Stream(String name, Destination.Connector connector, boolean counted) {
            destination = new Destination(name, connector, Destination.Pace.PATIENT);
            this.counted = counted;
        }

        @Override
        public void send(byte[] message) throws IOException {
            var framed = counted ? withLength(message) : message;
            destination.send(connection -> connection.write(framed, framed.length, LIMIT));
        }

        private static byte[] withLength(byte[] message) {
            var length = (message.length + " ").getBytes(StandardCharsets.US_ASCII);
            return ByteBuffer.allocate(length.length + message.length)
                    .put(length)
                    .put(message)
                    .array();
        }

        @Override
        public void close() {
            destination.close();
        }
    }

    /** UDP; what does not fit into a datagram is cut. */
    final class Udp implements SyslogTransport {
        private final UdpSender sender;

        Udp(Endpoint address) {
            sender = new UdpSender(address.host(), address.portOr(514), LIMIT);
        }

        @Override
        public void send(byte[] message) throws IOException {
            sender.send(ByteBuffer.wrap(message, 0, Math.min(message.length, UdpSender.LONGEST)));
        }

        @Override
        public void close() throws IOException {
            sender.close();
        }
    }

    /** Datagrams to a path. */
    final class UnixDatagram implements SyslogTransport {
        private final UnixDatagramSender sender = new UnixDatagramSender(LIMIT);
        private final String path;

        UnixDatagram(String path) {
            this.path = path;
        }

        @Override
        public void send(byte[] message) throws IOException {
            sender.send(path, message, message.length);
        }

        @Override
        public void close() {
            sender.close();
        }
    }

    /** The machine's own daemon, at the first of the usual paths where one takes the message. */
    final class Local implements SyslogTransport {
        private static final List<String> PATHS = List.of("/dev/log", "/var/run/syslog", "/var/run/log");

        private @Nullable SyslogTransport found;

        @Override
        public void send(byte[] message) throws IOException {
            var known = found;
            if (known != null) {
                try {
                    known.send(message);
                    return;
                } catch (IOException gone) {
                    close();
                }
            }
            for (var kind : List.of("unixgram", "unix")) {
                for (var path : PATHS) {
                    var candidate = to(new Endpoint(kind, "", "", path), SyslogFormat.UNIX, Map.of());
                    try {
                        candidate.send(message);
                        found = candidate;
                        return;
                    } catch (IOException absent) {
                        candidate.close();
                    }
                }
            }
            throw new IOException("Unix syslog delivery error");
        }

        @Override
        public void close() throws IOException {
            var known = found;
            found = null;
            if (known != null) {
                known.close();
            }
        }
    }
}
