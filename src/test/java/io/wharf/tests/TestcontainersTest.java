package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Testcontainers: all scenarios in one run of the library, as its start takes longer than most of them. */
class TestcontainersTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static String said = "";

    @BeforeAll
    static void play() {
        Ran ran = Running.start(
                        rig.machine()
                                .command(List.of(
                                        Path.of(System.getProperty("java.home"), "bin/java")
                                                .toString(),
                                        "-XX:+UseSerialGC",
                                        "-XX:TieredStopAtLevel=1",
                                        "-Xmx256m",
                                        "-Dlogback.configurationFile=" + Here.resource("logback-test.xml"),
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        Testcontainers.class.getName(),
                                        "port",
                                        "http",
                                        "log",
                                        "exec",
                                        "copy",
                                        "health",
                                        "once")),
                        Map.of(
                                "DOCKER_HOST", "unix://" + rig.engine().socket(),
                                "TESTCONTAINERS_RYUK_DISABLED", "true",
                                "TESTCONTAINERS_CHECKS_DISABLE", "true",
                                "JAVA_TOOL_OPTIONS", ""))
                .await(PATIENCE);
        said = ran.out();
        if (said.contains("failed")) {
            System.err.println(ran.err());
        }
    }

    @Test
    void port_isWaitedForInsideAndOutside() {
        assertThat(said).contains("port: open\n");
    }

    @Test
    void http_isWaitedFor() {
        assertThat(said).contains("http: served\n");
    }

    @Test
    void log_isWaitedForAndReadByStream() {
        assertThat(said).contains("log: two one ready\n");
    }

    @Test
    void exec_givesBothStreamsAndTheCode() {
        assertThat(said).contains("exec: out err 7\n");
    }

    @Test
    void copy_beforeTheStartAndAfter() {
        assertThat(said).contains("copy: before text name text\n");
    }

    @Test
    void health_isWaitedFor() {
        assertThat(said).contains("health: healthy\n");
    }

    @Test
    void once_endsWell() {
        assertThat(said).contains("once: done\n");
    }
}
