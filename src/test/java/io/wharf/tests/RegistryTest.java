package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Push and pull at Debian's docker-registry on localhost:5000. */
class RegistryTest {
    private static final String REPOSITORY = "localhost:5000/sub/busybox";

    @RegisterExtension
    static final Rig rig = new Rig();

    @org.jspecify.annotations.Nullable
    private static Running registry;

    @BeforeAll
    static void startRegistry() throws IOException {
        registry = start(rig.engine());
    }

    /** A registry on the engine's machine, with its files in the engine's home; it answers. */
    static Running start(Engine engine) throws IOException {
        Path config = Files.writeString(
                engine.home().resolve("registry.yml"),
                "version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: " + engine.home()
                        + "/registry}, delete: {enabled: true}}\nhttp: {addr: 'localhost:5000'}\n");
        Running started = engine.machine()
                .startInHost(System.getProperty("wharf.test.registry", "docker-registry"), "serve", config.toString());
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> engine.machine()
                        .inHost("curl", "-s", "-m", "2", "http://localhost:5000/v2/")
                        .text()
                        .equals("{}"));
        return started;
    }

    @AfterAll
    static void stopRegistry() throws InterruptedException {
        Objects.requireNonNull(registry).close();
    }

    @Test
    void pushAndPull_giveTheSameImage() {
        rig.ok("tag", "busybox", REPOSITORY + ":1");
        String id = rig.ok("image", "inspect", "-f", "{{.Id}}", "busybox");
        Ran push = rig.run("push", REPOSITORY + ":1").ok();
        assertThat(push.out()).containsPattern("1: digest: sha256:[0-9a-f]{64} size: \\d+");
        String digest = push.out().replaceAll("(?s).*digest: (sha256:[0-9a-f]{64}).*", "$1");
        assertThat(rig.ok("image", "inspect", "-f", "{{join .RepoDigests \" \"}}", REPOSITORY + ":1"))
                .isEqualTo(REPOSITORY + "@" + digest);
        rig.ok("rmi", REPOSITORY + ":1");
        Ran pull = rig.run("pull", REPOSITORY + ":1").ok();
        assertThat(pull.out()).contains("Digest: " + digest).contains("Status: Downloaded newer image for");
        assertThat(rig.ok("image", "inspect", "-f", "{{.Id}}", REPOSITORY + ":1"))
                .isEqualTo(id);
        assertThat(rig.run("pull", REPOSITORY + ":1").ok().out()).contains("Status: Image is up to date");
        assertThat(rig.run("pull", REPOSITORY + "@" + digest).ok().out()).contains(digest);
        assertThat(rig.ok("run", "--rm", REPOSITORY + "@" + digest, "echo", "runs"))
                .isEqualTo("runs");
    }

    @Test
    void pull_intoAnEmptyStore_runs() throws IOException {
        // An image that this engine has only ever seen as layers of its own is pulled back after all of it is gone.
        rig.docker()
                .pipe(
                        Files.readAllBytes(Here.smallImage()),
                        "import",
                        "-c",
                        "CMD [\"echo\",\"pulled\"]",
                        "-",
                        "localhost:5000/fresh:1")
                .ok();
        rig.ok("push", "localhost:5000/fresh:1");
        rig.ok("rmi", "localhost:5000/fresh:1");
        assertThat(rig.run("run", "--rm", "localhost:5000/fresh:1").ok().out()).isEqualTo("pulled\n");
    }

    @Test
    void pull_ofSeveralLayers() {
        rig.ok("run", "--name", "one", "busybox", "sh", "-c", "echo 1 >/one; mkdir /d; echo x >/d/x");
        rig.ok("commit", "one", "step:1");
        rig.ok("run", "--name", "two", "step:1", "sh", "-c", "echo 2 >/two; rm -r /d");
        rig.ok("commit", "two", "localhost:5000/steps:1");
        rig.ok("push", "localhost:5000/steps:1");
        rig.ok("rm", "one", "two");
        rig.ok("rmi", "localhost:5000/steps:1", "step:1");
        assertThat(rig.run("run", "--rm", "localhost:5000/steps:1", "sh", "-c", "cat /one /two; ls -d /d")
                        .out())
                .isEqualTo("1\n2\n");
    }

    @Test
    void pull_allTags() {
        rig.ok("tag", "busybox", "localhost:5000/tags:a");
        rig.ok("tag", "busybox", "localhost:5000/tags:b");
        rig.ok("push", "-a", "localhost:5000/tags");
        rig.ok("rmi", "localhost:5000/tags:a", "localhost:5000/tags:b");
        rig.ok("pull", "-a", "localhost:5000/tags");
        assertThat(rig.ok("images", "--format", "{{.Tag}}", "localhost:5000/tags")
                        .lines())
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void pull_ofWhatIsNotThere_isTold() {
        Ran ran = rig.run("pull", "localhost:5000/nothing:1");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("manifest for localhost:5000/nothing:1 not found: manifest unknown");
        assertThat(rig.run("run", "--rm", "localhost:5000/nothing:1").code()).isEqualTo(125);
        Ran push = rig.run("push", "localhost:5000/nothing:1");
        assertThat(push.code()).isEqualTo(1);
        assertThat(push.err() + push.out()).contains("An image does not exist locally with the tag");
    }

    @Test
    void pull_fromNowhere_isTold() {
        Ran ran = rig.run("pull", "localhost:5001/x:1");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("localhost:5001").containsIgnoringCase("connection refused");
    }

    @Test
    void pull_ofACorruptLayer_isRefused() throws IOException {
        rig.docker()
                .pipe(new Tar().file("f", "content of its own").bytes(), "import", "-", "localhost:5000/bad:1")
                .ok();
        rig.ok("push", "localhost:5000/bad:1");
        rig.ok("rmi", "localhost:5000/bad:1");
        String manifest = rig.machine()
                .inHost(
                        "curl",
                        "-s",
                        "-H",
                        "Accept: application/vnd.docker.distribution.manifest.v2+json",
                        "http://localhost:5000/v2/bad/manifests/1")
                .out();
        String layer =
                manifest.substring(manifest.indexOf("\"layers\"")).replaceAll("(?s).*?sha256:([0-9a-f]{64}).*", "$1");
        Path blob = rig.engine()
                .home()
                .resolve("registry/docker/registry/v2/blobs/sha256/" + layer.substring(0, 2) + "/" + layer + "/data");
        byte[] bytes = Files.readAllBytes(blob);
        bytes[bytes.length - 12] ^= 1;
        Files.write(blob, bytes);
        assertThat(rig.run("pull", "localhost:5000/bad:1").code()).isEqualTo(1);
        assertThat(rig.ok("images", "-q", "localhost:5000/bad")).isEmpty();
    }
}
