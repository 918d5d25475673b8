package io.wharf.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** Debian's docker-registry on the engine's machine, and a proxy before it that writes down what is asked for. */
final class Registry implements AutoCloseable {
    private final List<Running> programs = new ArrayList<>();

    /**
     * Serves on a port of the machine's loopback.
     *
     * @param more lines of its configuration under {@code http:} and beside it
     */
    Registry(Rig rig, int port, String http, String more) {
        Path home = rig.engine().home();
        try {
            Path config = Files.writeString(
                    home.resolve("registry-" + port + ".yml"),
                    "version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: " + home + "/registry-"
                            + port + "}}\nhttp: {addr: 'localhost:" + port + "'" + http + "}\n" + more);
            programs.add(rig.machine()
                    .startInHost(
                            System.getProperty("wharf.test.registry", "docker-registry"), "serve", config.toString()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> rig.machine()
                                .inHost("curl", "-sk", "-m", "2", "-o", "/dev/null", "http://localhost:" + port + "/")
                                .code()
                        == 0);
    }

    /** Starts the proxy; it writes to {@code record}. */
    void record(Rig rig, int listen, int port, Path record, int rate) {
        programs.add(rig.machine()
                .startInHost(
                        "python3",
                        Here.ROOT.resolve("src/test/resources/registry_proxy.py").toString(),
                        "" + listen,
                        "" + port,
                        record.toString(),
                        "" + rate)
                .awaitOut("ready"));
    }

    @Override
    public void close() {
        programs.reversed().forEach(Running::close);
    }
}
