package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Anybody can make a client from the contract that the engine serves. */
class GeneratedClientsTest {
    private static final String URL = "http://127.0.0.1:2375";
    private static final String GENERATOR = System.getProperty("wharf.test.generator", "");

    /** The address is the test machine's own; clients that generators make speak no unix sockets. */
    @RegisterExtension
    static final Rig rig = new Rig("-H", "tcp://127.0.0.1:2375");

    @Test
    @WharfOnly("it serves no contract")
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void clients_ofJavaAndTypeScript_listContainers() throws IOException {
        Assumptions.assumeFalse(GENERATOR.isEmpty(), "no openapi-generator: bin/test fetches it");
        String id = rig.ok("create", "--name", "one", "busybox", "true");
        Path home = rig.engine().home();
        Path contract = Files.writeString(
                home.resolve("openapi.json"),
                rig.http().get("/wharf/v1/openapi.json").body());
        Ran ran = rig.machine()
                .startInHost(
                        "bash",
                        Here.resource("clients.sh").toString(),
                        contract.toString(),
                        URL,
                        home.resolve("clients").toString(),
                        GENERATOR)
                .closeInput()
                .await(Duration.ofMinutes(14));
        System.out.println(ran.out());
        assertThat(ran.ok().lines()).contains("java " + id + " [/one]", "typescript " + id + " /one");
    }
}
