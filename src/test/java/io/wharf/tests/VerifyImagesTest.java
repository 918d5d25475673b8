package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is damaged on disk is named by a verification, and mended by the next pull, under running containers too. */
@WharfOnly("it has no verification")
class VerifyImagesTest {
    private static final String IMAGE = "localhost:5000/sound:1";
    private static final Pattern CHAIN = Pattern.compile("\"chain\":\"sha256:([0-9a-f]{64})\"");

    @RegisterExtension
    static final Rig rig = new Rig();

    private static @Nullable Running registry;

    @BeforeAll
    static void startRegistry() throws IOException {
        Path home = rig.engine().home();
        Path config = Files.writeString(
                home.resolve("registry.yml"),
                "version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: " + home
                        + "/registry}}\nhttp: {addr: 'localhost:5000'}\n");
        registry = rig.machine()
                .startInHost(System.getProperty("wharf.test.registry", "docker-registry"), "serve", config.toString());
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> rig.machine()
                        .inHost("curl", "-s", "-m", "2", "http://localhost:5000/v2/")
                        .text()
                        .equals("{}"));
    }

    @AfterAll
    static void stopRegistry() {
        Objects.requireNonNull(registry).close();
    }

    private static void pullFresh() {
        rig.ok(
                "run",
                "--name",
                "maker",
                "busybox",
                "sh",
                "-c",
                "mkdir /data; echo one >/data/one; echo two >/data/two; echo three >/data/three");
        rig.ok("commit", "maker", IMAGE);
        rig.ok("push", IMAGE);
        rig.ok("rm", "maker");
        rig.ok("rmi", "-f", IMAGE);
        rig.ok("pull", IMAGE);
    }

    private static String verify() {
        Http.Reply reply = rig.http().post("/wharf/v1/images/verify?name=" + IMAGE, "");
        assertThat(reply.status()).isEqualTo(200);
        return reply.body();
    }

    /** The image's own {@code /data}, in its last layer: images that earlier tests left untagged have one too. */
    private static Path dataOf() {
        String last = CHAIN.matcher(verify())
                .results()
                .map(found -> found.group(1))
                .reduce((before, next) -> next)
                .orElseThrow();
        return rig.engine().dataRoot().resolve("layers").resolve(last).resolve("diff/data");
    }

    @Test
    void verify_namesWhatIsDamaged_andPullMendsIt() throws IOException {
        pullFresh();
        assertThat(verify()).contains("\"item\":\"image\"").contains("\"damaged\":0");
        rig.ok(
                "run",
                "-d",
                "--name",
                "running",
                IMAGE,
                "sh",
                "-c",
                "while ! [ -e /end ]; do sleep 0.1; done; cat /data/three");
        Path data = dataOf();
        Files.writeString(data.resolve("one"), "0ne\n");
        Files.delete(data.resolve("two"));
        for (String blob : Running.run("find", rig.engine().dataRoot() + "/blobs", "-type", "f")
                .ok()
                .lines()) {
            byte[] bytes = Files.readAllBytes(Path.of(blob));
            bytes[bytes.length - 9] ^= 1;
            Files.write(Path.of(blob), bytes);
        }
        assertThat(verify()).contains("\"state\":\"damaged\"").doesNotContain("\"damaged\":0");
        rig.ok("pull", IMAGE);
        assertThat(verify()).contains("\"damaged\":0");
        assertThat(rig.ok("run", "--rm", IMAGE, "sh", "-c", "cat /data/*")).isEqualTo("one\nthree\ntwo");
        // It was started on what is damaged, and goes on with it.
        rig.ok("exec", "running", "touch", "/end");
        assertThat(rig.ok("wait", "running")).isEqualTo("0");
        assertThat(rig.ok("logs", "running")).isEqualTo("three");
    }

    @Test
    void verify_ofFilesAlone_namesEach() throws IOException {
        pullFresh();
        Path data = dataOf();
        Files.writeString(data.resolve("one"), "0ne\n");
        Files.delete(data.resolve("two"));
        assertThat(verify())
                .contains("{\"path\":\"data/one\",\"state\":\"damaged\"")
                .contains("{\"path\":\"data/two\",\"state\":\"missing\"")
                .doesNotContain("data/three");
        // Nobody forgets it over a restart.
        rig.engine().stop();
        rig.engine().start();
        rig.ok("pull", IMAGE);
        assertThat(rig.ok("run", "--rm", IMAGE, "sh", "-c", "cat /data/*")).isEqualTo("one\nthree\ntwo");
    }

    @Test
    void pull_ofAnImageWhoseFolderIsGone_bringsIt() {
        pullFresh();
        Running.run(
                        "rm",
                        "-r",
                        Objects.requireNonNull(dataOf().getParent().getParent()).toString())
                .ok();
        assertThat(rig.run("run", "--rm", IMAGE, "true").err()).contains("pull or load the container's image again");
        rig.ok("pull", IMAGE);
        assertThat(rig.ok("run", "--rm", IMAGE, "cat", "/data/one")).isEqualTo("one");
    }

    @Test
    void verify_ofAnotherConfig_namesIt_andPullMendsIt() {
        pullFresh();
        String id = rig.ok("image", "inspect", "-f", "{{.Id}}", IMAGE);
        rig.engine().stop();
        Running.run(
                        "python3",
                        "-c",
                        "import sqlite3; d = sqlite3.connect('" + rig.engine().dataRoot() + "/wharf.db');"
                                + " d.execute(\"UPDATE image SET config = replace(config, 'linux', 'lynux') WHERE id = '"
                                + id + "'\");"
                                + " d.commit()")
                .ok();
        rig.engine().start();
        assertThat(verify()).contains("\"item\":\"config\",\"digest\":\"" + id + "\",\"state\":\"damaged\"");
        rig.ok("pull", IMAGE);
        assertThat(verify()).contains("\"damaged\":0");
        assertThat(rig.ok("image", "inspect", "-f", "{{.Os}}", IMAGE)).isEqualTo("linux");
    }

    @Test
    void verify_ofWhatIsNotHere_isTold() {
        Http.Reply reply = rig.http().post("/wharf/v1/images/verify?name=nothing", "");
        assertThat(List.of(reply.status())).containsExactly(404);
        assertThat(reply.body()).contains("No such image: nothing:latest");
    }
}
