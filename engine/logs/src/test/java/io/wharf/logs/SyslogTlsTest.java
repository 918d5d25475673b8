package io.wharf.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyslogTlsTest {
    @TempDir
    static Path folder;

    private static Certificates known;
    private static Certificates stranger;

    @BeforeAll
    static void makeCertificates() throws Exception {
        known = Certificates.make(folder, "known", "EC");
        stranger = Certificates.make(folder, "stranger", "RSA");
    }

    private static StreamServer server(boolean clientsMustShowThemselves, StreamServer.Cut cut) throws Exception {
        var socket = (SSLServerSocket) known.server().getServerSocketFactory().createServerSocket(0);
        socket.setNeedClientAuth(clientsMustShowThemselves);
        return new StreamServer(socket, cut);
    }

    private static LogDriver open(StreamServer server, String... options) throws IOException {
        var all = new String[options.length + 4];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = "syslog-address";
        all[options.length + 1] = "tcp+tls://localhost:" + server.port();
        all[options.length + 2] = "tag";
        all[options.length + 3] = "t";
        var source = Said.source(all);
        new SyslogKind().check(source.options());
        return new SyslogKind().open(source);
    }

    /** A length in octets, a space, and so many octets. */
    private static final StreamServer.Cut COUNTED = (in, out) -> {
        var length = StreamServer.ending(' ').next(in, out);
        return length == null ? null : in.readNBytes(Integer.parseInt(new String(length, StandardCharsets.US_ASCII)));
    };

    @Test
    void structuredMessages_areCountedInOctets() throws Exception {
        try (var server = server(true, COUNTED);
                var driver = open(
                        server,
                        "syslog-format",
                        "rfc5424",
                        "syslog-tls-ca-cert",
                        known.certificate().toString(),
                        "syslog-tls-cert",
                        known.certificate().toString(),
                        "syslog-tls-key",
                        known.key().toString())) {
            driver.write(Said.out("grüße"));
            driver.write(Said.out("two"));
            assertThat(server.nextText()).startsWith("<30>1 ").endsWith(" - grüße\n");
            assertThat(server.nextText()).endsWith(" - two\n");
            server.hangUp();
            await().pollDelay(Duration.ofMillis(250)).until(() -> true);
            driver.write(Said.out("three"));
            assertThat(server.nextText()).endsWith(" - three\n");
        }
    }

    @Test
    void oldMessages_endWithANewline() throws Exception {
        try (var server = server(false, StreamServer.LINES);
                var driver = open(server, "syslog-tls-skip-verify", "")) {
            driver.write(Said.out("one"));
            assertThat(server.nextText()).endsWith("]: one");
        }
    }

    @Test
    void strangers_areNotTrusted() throws Exception {
        try (var server = server(false, StreamServer.LINES);
                var nobody = open(server);
                var wrong = open(
                        server, "syslog-tls-ca-cert", stranger.certificate().toString());
                var missing = open(server, "syslog-tls-ca-cert", "/nowhere.pem")) {
            assertThatThrownBy(() -> nobody.write(Said.out("x"))).hasMessageContaining("certification path");
            assertThatThrownBy(() -> wrong.write(Said.out("x"))).hasMessageContaining("certification path");
            assertThatThrownBy(() -> missing.write(Said.out("x"))).hasMessageContaining("/nowhere.pem");
        }
    }

    @Test
    void keysOfOlderForms_areRead() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/openssl")), "openssl writes the older forms");
        var rsa = folder.resolve("old-rsa.key");
        var ec = folder.resolve("old-ec.key");
        openssl("rsa", "-traditional", "-in", stranger.key().toString(), "-out", rsa.toString());
        openssl("ec", "-in", known.key().toString(), "-out", ec.toString());
        assertThat(Files.readString(rsa)).contains("BEGIN RSA PRIVATE KEY");
        assertThat(Files.readString(ec)).contains("BEGIN EC PRIVATE KEY");
        assertThat(PemKey.read(rsa.toString(), "RSA"))
                .isEqualTo(PemKey.read(stranger.key().toString(), "RSA"));
        // Which of the two holds the public part as well is of no matter.
        assertThat(((ECPrivateKey) PemKey.read(ec.toString(), "EC")).getS())
                .isEqualTo(((ECPrivateKey) PemKey.read(known.key().toString(), "EC")).getS());
    }

    private static void openssl(String... arguments) throws Exception {
        var command = new java.util.ArrayList<>(java.util.List.of("openssl"));
        command.addAll(java.util.List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
    }
}
