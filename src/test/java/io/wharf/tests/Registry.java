package io.wharf.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** Debian's docker-registry on the engine's machine. */
final class Registry implements AutoCloseable {
    private final List<RecordingProxy> proxies = new ArrayList<>();
    private final Running program;
    private final int port;

    /**
     * Serves on a port of the machine's loopback.
     *
     * @param more lines of its configuration under {@code http:} and beside it
     */
    Registry(Rig rig, int port, String http, String more) {
        this.port = port;
        Path home = rig.engine().home();
        try {
            Path config = Files.writeString(
                    home.resolve("registry-" + port + ".yml"),
                    "version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: " + home + "/registry-"
                            + port + "}}\nhttp: {addr: 'localhost:" + port + "'" + http + "}\n" + more);
            program = rig.machine()
                    .startInHost(
                            System.getProperty("wharf.test.registry", "docker-registry"), "serve", config.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> rig.machine()
                                .inHost("curl", "-sk", "-m", "2", "-o", "/dev/null", "http://localhost:" + port + "/")
                                .code()
                        == 0);
    }

    /** Puts a proxy before it. */
    RecordingProxy record(Rig rig, int listen) {
        RecordingProxy proxy = new RecordingProxy(rig.machine(), listen, port);
        proxies.add(proxy);
        return proxy;
    }

    /** Takes connections and says nothing until {@link #resume}. */
    void fallSilent() {
        Running.run("kill", "-STOP", "" + program.pid()).ok();
    }

    void resume() {
        Running.run("kill", "-CONT", "" + program.pid()).ok();
    }

    @Override
    public void close() {
        proxies.forEach(RecordingProxy::close);
        program.close();
    }
}
