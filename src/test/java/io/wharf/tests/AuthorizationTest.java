package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an authorization plugin is told, and what its word is worth. */
@WharfOnly("it takes no folders of plugins")
class AuthorizationTest {
    private static final Path FOLDER = temporary();
    private static Running plugin = begin();

    /** Behind the rig, which asks the engine to the last. */
    @RegisterExtension
    @Order(1)
    static final AfterAllCallback end = context -> {
        plugin.close();
        Running.run("rm", "-rf", "--one-file-system", FOLDER.toString()).ok();
    };

    @RegisterExtension
    @Order(2)
    static final Rig rig = new Rig("--plugin-dir", FOLDER.toString(), "--authorization-plugin", "judge");

    private static Path temporary() {
        try {
            return Files.createTempDirectory("wharf-authz");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Running begin() {
        Path socket = FOLDER.resolve("judge.sock");
        return Running.start(
                        List.of("python3", Here.resource("authz.py").toString(), socket.toString(), FOLDER.toString()),
                        Map.of())
                .awaitOut("ready");
    }

    @AfterEach
    void allow() throws IOException {
        Files.deleteIfExists(FOLDER.resolve("rules"));
        if (!plugin.alive()) {
            Files.deleteIfExists(FOLDER.resolve("judge.sock"));
            plugin = begin();
        }
    }

    private static void rule(String rule) throws IOException {
        Files.writeString(FOLDER.resolve("rules"), rule + "\n");
    }

    private static List<String> calls(String name, String path) {
        return Here.read(FOLDER.resolve("calls"))
                .lines()
                .filter(line -> line.startsWith(name + " ") && line.contains(path))
                .toList();
    }

    @Test
    void plugin_isToldOfRequestAndReply() {
        rig.ok("create", "--name", "told", "-e", "A=b", "busybox", "true");
        String asked = calls("AuthZReq", "/containers/create?name=told").getLast();
        String body = asked.replaceAll(".*\"RequestBody\": \"([^\"]*)\".*", "$1");
        assertThat(new String(Base64.getDecoder().decode(body), StandardCharsets.UTF_8))
                .contains("\"A=b\"");
        assertThat(asked).contains("\"RequestMethod\": \"POST\"").doesNotContain("X-Registry-Auth");
        String told = calls("AuthZRes", "/containers/create?name=told").getLast();
        assertThat(told).contains("\"ResponseStatusCode\": 201").contains("\"ResponseBody\"");
    }

    @Test
    void denial_isToldInDockersWords_andNothingIsDone() throws IOException {
        rule("AuthZReq POST /containers/create deny not on a Sunday");
        Ran refused = rig.run("create", "--name", "sunday", "busybox", "true");
        assertThat(refused.err())
                .contains("Error response from daemon: authorization denied by plugin judge: not on a Sunday");
        assertThat(rig.http()
                        .post("/containers/create?name=sunday", "{\"Image\": \"busybox\"}")
                        .status())
                .isEqualTo(403);
        assertThat(rig.ok("ps", "-aq")).isEmpty();
        rule("AuthZRes GET /images/json deny what is there is nobody's business");
        assertThat(rig.run("images").err()).contains("authorization denied by plugin judge: what is there is");
    }

    @Test
    void stream_isDeniedBeforeItBegins() throws IOException {
        rig.ok("run", "-d", "--name", "open", "busybox", "sleep", "1000");
        assertThat(rig.docker().pipe("through\n", "exec", "-i", "open", "cat").out())
                .isEqualTo("through\n");
        rule("AuthZReq POST /start deny no further process");
        // The client itself says no more of an upgrade that it did not get.
        assertThat(rig.run("exec", "open", "true").err()).contains("received 403");
        assertThat(rig.http().get("/images/json").status()).isEqualTo(200);
    }

    @Test
    void plugin_thatFailsOrIsGone_allowsNothing() throws IOException {
        rule("AuthZReq GET /version fail out of order");
        assertThat(rig.http().get("/version").status()).isEqualTo(500);
        assertThat(rig.http().get("/version").body()).contains("plugin judge failed with error: out of order");
        plugin.kill();
        plugin.await(Running.PATIENCE);
        assertThat(rig.http().get("/_ping").status()).isEqualTo(500);
        assertThat(rig.http().get("/version").body()).contains("plugin judge failed with error: ");
    }
}
