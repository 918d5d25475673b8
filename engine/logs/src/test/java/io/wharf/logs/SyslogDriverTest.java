package io.wharf.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wharf.linux.Host;
import io.wharf.linux.UnixDatagrams;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyslogDriverTest {
    private static final long PID = ProcessHandle.current().pid();

    @TempDir
    Path folder;

    private static String local(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT)
                .withZone(ZoneId.systemDefault())
                .format(Instant.ofEpochSecond(0, Said.NANOS));
    }

    private static LogDriver open(String... options) throws IOException {
        var source = Said.source(options);
        var kind = new SyslogKind();
        kind.check(source.options());
        return kind.open(source);
    }

    @Test
    void formats_areThoseOfDocker() throws Exception {
        var old = local("MMM ") + String.format("%2d", Integer.valueOf(local("d"))) + local(" HH:mm:ss");
        var iso = local("yyyy-MM-dd'T'HH:mm:ss");
        try (var server = StreamServer.tcp(0, StreamServer.LINES)) {
            var address = "tcp://127.0.0.1:" + server.port();
            try (var driver = open("syslog-address", address)) {
                driver.write(Said.out("one"));
                driver.write(Said.err("two"));
                driver.write(Said.out(""));
            }
            assertThat(server.nextText()).isEqualTo("<30>" + old + " 4f66ad9a0b2e[" + PID + "]: one");
            assertThat(server.nextText()).isEqualTo("<27>" + old + " 4f66ad9a0b2e[" + PID + "]: two");
            try (var driver = open(
                    "syslog-address", address, "syslog-format", "rfc3164", "syslog-facility", "local7", "tag", "t")) {
                driver.write(Said.out("three"));
            }
            assertThat(server.nextText()).isEqualTo("<190>" + old + " " + Host.hostname() + " t[" + PID + "]: three");
            try (var driver = open("syslog-address", address, "syslog-format", "rfc5424", "tag", "{{.Name}}")) {
                driver.write(Said.out("four"));
            }
            assertThat(server.nextText())
                    .isEqualTo("<30>1 " + iso + local("XXX") + " " + Host.hostname() + " web " + PID + " web - four");
            try (var driver =
                    open("syslog-address", address, "syslog-format", "rfc5424micro", "syslog-facility", "0")) {
                driver.write(Said.out("five"));
            }
            assertThat(server.nextText())
                    .startsWith("<6>1 " + iso + ".123456" + local("XXX") + " ")
                    .endsWith(" - five");
        }
    }

    @Test
    void bytes_areSentAsTheyAre() throws Exception {
        try (var server = StreamServer.tcp(0, StreamServer.LINES);
                var driver = open("syslog-address", "tcp://localhost:" + server.port())) {
            var bytes = new byte[] {(byte) 0xff, 0, 'a', (byte) 0xc3};
            driver.write(Said.message(false, bytes, false));
            var line = server.next();
            assertThat(java.util.Arrays.copyOfRange(line, line.length - 4, line.length))
                    .isEqualTo(bytes);
        }
    }

    @Test
    void serverThatWasAway_getsWhatIsTriedAgain() throws Exception {
        int port;
        try (var server = StreamServer.tcp(0, StreamServer.LINES)) {
            port = server.port();
        }
        try (var driver = open("syslog-address", "tcp://127.0.0.1:" + port)) {
            assertThatThrownBy(() -> driver.write(Said.out("lost?"))).isInstanceOf(IOException.class);
            try (var server = StreamServer.tcp(port, StreamServer.LINES)) {
                await().ignoreExceptions().until(() -> {
                    driver.write(Said.out("not lost"));
                    return true;
                });
                assertThat(server.nextText()).endsWith(": not lost");
                server.hangUp();
                // The end is noticed before the next message is entrusted to a dead connection.
                await().pollDelay(Duration.ofMillis(250)).until(() -> true);
                driver.write(Said.out("still there"));
                assertThat(server.nextText()).endsWith(": still there");
                assertThat(server.connections()).isEqualTo(2);
            }
        }
    }

    @Test
    void udp_hearsThatNobodyListens() throws Exception {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            var port = socket.getLocalPort();
            try (var driver = open("syslog-address", "udp://127.0.0.1:" + port)) {
                driver.write(Said.out("one"));
                var packet = new DatagramPacket(new byte[1000], 1000);
                socket.receive(packet);
                assertThat(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8))
                        .startsWith("<30>")
                        .endsWith(": one\n");
                socket.close();
                assertThatThrownBy(() -> driver.write(Said.out("two")))
                        .hasMessage("write udp 127.0.0.1:" + port + ": connection refused");
                try (var again = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
                    driver.write(Said.out("three"));
                    again.receive(packet);
                    driver.write(Said.out("x".repeat(100_000)));
                }
            }
        }
    }

    @Test
    void unixSockets_ofBothKindsAreServed() throws Exception {
        var datagrams = folder.resolve("log").toString();
        try (var receiver = UnixDatagrams.bind(datagrams);
                var driver = open("syslog-address", "unixgram://" + datagrams)) {
            driver.write(Said.out("one"));
            assertThat(UnixDatagrams.receive(receiver, 1000)
                            .orElseThrow()
                            .bytes()
                            .toString())
                    .endsWith("]: one\n");
        }
        var stream = folder.resolve("stream");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                var driver = open("syslog-address", "unix://" + stream)) {
            assertThatThrownBy(() -> driver.write(Said.out("early"))).isInstanceOf(IOException.class);
            server.bind(UnixDomainSocketAddress.of(stream));
            await().ignoreExceptions().until(() -> {
                driver.write(Said.out("two"));
                return true;
            });
            try (var client = server.accept()) {
                var buffer = ByteBuffer.allocate(1000);
                client.read(buffer);
                assertThat(new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8))
                        .endsWith("]: two\n");
            }
        }
    }

    @Test
    void serverThatDoesNotRead_costsTheTimeLimitAndNoMore() throws Exception {
        try (var server = StreamServer.tcp(0, (in, out) -> {
                    try {
                        Thread.sleep(60_000);
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    return null;
                });
                var connection = Connection.tcp("127.0.0.1", server.port(), null, Duration.ofSeconds(5))) {
            var bytes = new byte[16 << 20];
            assertThatThrownBy(() -> connection.write(bytes, bytes.length, Duration.ofMillis(200)))
                    .isInstanceOf(java.net.SocketTimeoutException.class)
                    .hasMessageContaining("i/o timeout");
        }
    }
}
