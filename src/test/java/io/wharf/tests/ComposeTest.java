package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A project of three services, brought up, looked at, changed and taken down by Docker's compose. That takes the program,
 * which no Debian package has: {@code bin/soak --compose} gets it.
 */
@EnabledIf("isThere")
class ComposeTest {
    private static final String PROGRAM = System.getProperty("wharf.test.compose", "");

    private static final String FILE = """
            name: shop
            services:
              db:
                image: busybox
                command: ["sh", "-c", "echo stock >/data/index.html; httpd -f -p 9000 -h /data"]
                volumes: ["stock:/data"]
                networks: {back: {aliases: [store]}}
                healthcheck: {test: ["CMD", "grep", "-q", "stock", "/data/index.html"], interval: 1s, retries: 30}
              web:
                image: busybox
                command: ["sh", "-c", "wget -qO- http://store:9000/ >/tmp/index.html; echo $$GREETING >>/tmp/index.html; httpd -f -p 80 -h /tmp"]
                environment: {GREETING: "${GREETING:-hello}"}
                depends_on: {db: {condition: service_healthy}}
                networks: [front, back]
                ports: ["127.0.0.1:18080:80"]
              worker:
                image: busybox
                command: ["sleep", "1000"]
                networks: [front]
                deploy: {replicas: 2}
                init: true
            networks:
              front: {}
              back: {internal: true}
            volumes:
              stock: {labels: {kind: goods}}
            """;

    @RegisterExtension
    static final Rig rig = new Rig();

    static boolean isThere() {
        return !PROGRAM.isEmpty();
    }

    private static String compose(Map<String, String> variables, String... arguments) {
        Path file = rig.engine().home().resolve("compose.yaml");
        List<String> command = new ArrayList<>(List.of(PROGRAM, "--progress", "plain", "-f", file.toString()));
        command.addAll(List.of(arguments));
        Map<String, String> all = new java.util.HashMap<>(variables);
        all.put("DOCKER_HOST", "unix://" + rig.engine().socket());
        all.put("DOCKER_CONFIG", rig.engine().home().resolve("client").toString());
        return Running.start(command, all).await(Duration.ofSeconds(60)).ok().text();
    }

    private static String page() {
        return rig.machine()
                .inHost("curl", "-s", "-m", "2", "http://127.0.0.1:18080/")
                .text();
    }

    @Test
    void project_isBroughtUpChangedAndTakenDown() throws IOException {
        Files.writeString(rig.engine().home().resolve("compose.yaml"), FILE);
        compose(Map.of(), "up", "-d");
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> page().equals("stock\nhello"));
        assertThat(compose(Map.of(), "ps", "--format", "{{.Service}} {{.State}}")
                        .lines())
                .containsExactlyInAnyOrder("db running", "web running", "worker running", "worker running");
        // Both workers answer to the service's name, and nobody of the back network can be seen from the front alone.
        assertThat(rig.ok("exec", "shop-worker-1", "nslookup", "worker", "127.0.0.11")
                        .lines()
                        .filter(line -> line.startsWith("Address") && !line.contains("127.0.0.11"))
                        .count())
                .isEqualTo(2);
        assertThat(rig.run("exec", "shop-worker-1", "nslookup", "db", "127.0.0.11")
                        .code())
                .isNotZero();
        String db = rig.ok("inspect", "-f", "{{.Id}}", "shop-db-1");

        compose(Map.of("GREETING", "goodbye"), "up", "-d", "--scale", "worker=3");
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> page().equals("stock\ngoodbye"));
        assertThat(rig.ok("inspect", "-f", "{{.Id}}", "shop-db-1"))
                .as("what has not changed is left alone")
                .isEqualTo(db);
        assertThat(rig.ok("exec", "shop-worker-3", "nslookup", "worker", "127.0.0.11")
                        .lines()
                        .filter(line -> line.startsWith("Address") && !line.contains("127.0.0.11"))
                        .count())
                .isEqualTo(3);
        compose(Map.of(), "restart", "-t", "0", "db");
        assertThat(compose(Map.of(), "exec", "-T", "db", "cat", "/data/index.html"))
                .isEqualTo("stock");

        compose(Map.of(), "down", "-t", "0", "-v");
        assertThat(rig.ok("ps", "-aq")).isEmpty();
        assertThat(rig.ok("network", "ls", "-q", "--filter", "type=custom")).isEmpty();
        assertThat(rig.ok("volume", "ls", "-q")).isEmpty();
    }
}
