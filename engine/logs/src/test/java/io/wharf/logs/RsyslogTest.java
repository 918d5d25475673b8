package io.wharf.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real syslog daemon reads what the driver writes. */
class RsyslogTest {
    private static final Path RSYSLOGD = Path.of("/usr/sbin/rsyslogd");

    @TempDir
    Path folder;

    private Process daemon;
    private int port;

    @BeforeEach
    void startDaemon() throws Exception {
        assumeTrue(Files.isExecutable(RSYSLOGD), "rsyslogd is not installed");
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Files.writeString(folder.resolve("conf"), """
                global(workDirectory="%1$s")
                module(load="imtcp") input(type="imtcp" port="%2$d" address="127.0.0.1")
                module(load="imudp") input(type="imudp" port="%2$d" address="127.0.0.1")
                module(load="imuxsock" SysSock.Use="off") input(type="imuxsock" Socket="%1$s/log" UsePIDFromSystem="off")
                template(name="t" type="string"
                  string="%%inputname%%|%%pri%%|%%app-name%%|%%procid%%|%%timestamp:::date-rfc3339%%|%%msg:::drop-last-lf%%\\n")
                action(type="omfile" file="%1$s/out" template="t")
                """.formatted(folder, port));
        daemon = new ProcessBuilder(
                        RSYSLOGD.toString(),
                        "-n",
                        "-f",
                        folder.resolve("conf").toString(),
                        "-i",
                        folder.resolve("pid").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
        await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(folder.resolve("log")));
    }

    @AfterEach
    void stopDaemon() throws Exception {
        if (daemon != null) {
            daemon.destroy();
            daemon.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private void expect(String address, String format, String input, String date) throws Exception {
        var source = Said.source(
                "syslog-address", address, "syslog-format", format, "tag", "{{.Name}}", "syslog-facility", "local1");
        try (var driver = new SyslogKind().open(source)) {
            await().ignoreExceptions().until(() -> {
                driver.write(Said.err("said by " + input + format));
                return true;
            });
        }
        var line = input + "|139|web|" + ProcessHandle.current().pid() + "|" + date;
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(Files.readAllLines(folder.resolve("out")))
                        .as(Files.readString(folder.resolve("said")))
                        .anySatisfy(got -> assertThat(got).startsWith(line).endsWith("said by " + input + format)));
    }

    @Test
    void daemon_understandsEveryFormatAndTransport() throws Exception {
        var date = java.time.OffsetDateTime.ofInstant(
                        java.time.Instant.ofEpochSecond(0, Said.NANOS), java.time.ZoneId.systemDefault())
                .toString()
                .substring(0, 10);
        expect("tcp://127.0.0.1:" + port, "rfc5424", "imtcp", date);
        expect("tcp://127.0.0.1:" + port, "rfc5424micro", "imtcp", date);
        expect("tcp://127.0.0.1:" + port, "rfc3164", "imtcp", "");
        expect("udp://127.0.0.1:" + port, "rfc5424micro", "imudp", date);
        expect("udp://127.0.0.1:" + port, "rfc3164", "imudp", "");
        expect("unixgram://" + folder.resolve("log"), "", "imuxsock", "");
    }
}
