package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What images take on disk, and that they can be sent on byte by byte all the same. One layer is as Docker packs it. */
@WharfOnly("it keeps no packed bytes, and pushes other digests than it pulled")
class SpaceTest extends SpaceBed {
    private static final String IMAGE = "localhost:5000/app:1";
    private static final String MANIFESTS = "Accept: application/vnd.docker.distribution.manifest.v2+json";
    private static Running source;
    private static Running target;

    @BeforeAll
    static void letDockerPush() throws IOException, InterruptedException {
        source = registry(5000);
        target = registry(5001);
        String root = home + "/docker";
        Running dockerd = machine.startInHost(
                "dockerd",
                "-H",
                "unix://" + root + ".sock",
                "--data-root",
                root,
                "--exec-root",
                root + "-exec",
                "--pidfile",
                root + ".pid",
                "--bridge",
                "none",
                "--iptables=false",
                "--storage-driver",
                "overlay2");
        try {
            Docker docker = new Docker(Path.of(root + ".sock"), home.resolve("client"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> docker.run("version").code() == 0);
            docker.pipe(words(1, 150).bytes(), "import", "-c", "CMD [\"x\"]", "-", IMAGE)
                    .ok();
            docker.ok("push", IMAGE);
            docker.pipe(words(2, 20).bytes(), "import", "-c", "CMD [\"x\"]", "-", "localhost:5000/small:1")
                    .ok();
            docker.ok("push", "localhost:5000/small:1");
        } finally {
            Running.run("kill", "-TERM", "" + dockerd.pid());
            dockerd.await(Duration.ofSeconds(30));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> OwnProcesses.of(home).stream()
                            .noneMatch(p -> p.arguments().startsWith("containerd ")));
        }
    }

    @AfterAll
    static void closeRegistries() {
        source.close();
        target.close();
    }

    private static Running registry(int port) throws IOException {
        Path file = Files.writeString(
                home.resolve("registry-" + port + ".yml"),
                "version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: " + home + "/registry-" + port
                        + "}}\nhttp: {addr: 'localhost:" + port + "'}\n");
        Running registry = machine.startInHost(
                System.getProperty("wharf.test.registry", "docker-registry"), "serve", file.toString());
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> machine.inHost("curl", "-s", "-m", "2", "http://localhost:" + port + "/v2/")
                        .text()
                        .equals("{}"));
        return registry;
    }

    private static void awaitCompaction() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> totals().get("BlobsWaiting").asInt() == 0);
    }

    private static double taken() {
        String[] of = {dataRoot().toString(), dataRoot() + "/layers/*/diff"};
        double[] kilobytes = new double[2];
        for (int i = 0; i < 2; i++) {
            kilobytes[i] = Double.parseDouble(Running.run("sh", "-c", "du -skc " + of[i] + " | tail -1 | cut -f1")
                    .text());
        }
        return kilobytes[0] / kilobytes[1];
    }

    private static String manifest(int port, String path) {
        return machine.inHost("curl", "-s", "-H", MANIFESTS, "http://localhost:" + port + "/v2/" + path)
                .ok()
                .out();
    }

    private static Path stored(int port, String digest) {
        return home.resolve("registry-" + port + "/docker/registry/v2/blobs/sha256/" + digest.substring(0, 2) + "/"
                + digest + "/data");
    }

    /** Pushes what was pulled to another registry, which then has the same bytes. */
    private static void assertPushedAsPulled(String image, String path) throws IOException {
        String pulled = manifest(5000, path + "/manifests/1");
        String name = "localhost:5001/" + path + "-" + System.nanoTime() + ":1";
        engine.docker().ok("tag", image, name);
        engine.docker().ok("push", name);
        String pushed = manifest(5001, name.substring(15, name.length() - 2) + "/manifests/1");
        assertThat(pushed).isEqualTo(pulled);
        var digests = Pattern.compile("\"digest\": ?\"sha256:([0-9a-f]{64})\"").matcher(pulled);
        while (digests.find()) {
            assertThat(stored(5001, digests.group(1))).hasSameBinaryContentAs(stored(5000, digests.group(1)));
        }
        engine.docker().ok("rmi", name);
    }

    @Test
    void pulledImage_takesATenthMoreThanItsFiles_andIsPushedAndSavedAsItCame() throws IOException {
        space("compact", "");
        engine.docker().ok("pull", IMAGE);
        awaitCompaction();
        assertThat(totals().get("BlobsRemade").asInt()).isEqualTo(1);
        Awaitility.await().until(() -> blobs().isEmpty());
        assertThat(taken()).as("bytes on disk for each unpacked").isLessThan(1.1);
        assertPushedAsPulled(IMAGE, "app");
        Path saved = home.resolve("saved.tar");
        engine.docker().ok("save", "-o", saved.toString(), IMAGE);
        String diff = engine.docker().ok("image", "inspect", "-f", "{{index .RootFS.Layers 0}}", IMAGE);
        assertThat(Running.run(
                                "sh",
                                "-c",
                                "tar xOf " + saved + " --wildcards '*" + diff.substring(7)
                                        + "*' '*layer.tar' 2>/dev/null | sha256sum")
                        .text())
                .startsWith(diff.substring(7));
    }

    @Test
    void keep_keepsAndDropDrops() throws IOException {
        space("keep", "");
        // GNU gzip packs in a way of its own, that nothing here makes again.
        Path plain = Files.write(home.resolve("odd.tar"), words(3, 20).bytes());
        Running.run("gzip", "-nk", plain.toString()).ok();
        String diff = sha256(plain);
        Path packed = Path.of(plain + ".gz");
        String image = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"x\"]},\"rootfs\":"
                + "{\"type\":\"layers\",\"diff_ids\":[\"sha256:" + diff + "\"]}}";
        Path text = Files.writeString(home.resolve("odd.json"), image);
        upload(packed);
        upload(text);
        Path list = Files.writeString(
                home.resolve("odd.manifest"),
                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\",\"config\":"
                        + "{\"mediaType\":\"application/vnd.docker.container.image.v1+json\",\"size\":"
                        + Files.size(text) + ",\"digest\":\"sha256:" + sha256(text) + "\"},\"layers\":[{\"mediaType\":"
                        + "\"application/vnd.docker.image.rootfs.diff.tar.gzip\",\"size\":" + Files.size(packed)
                        + ",\"digest\":\"sha256:" + sha256(packed) + "\"}]}");
        machine.inHost(
                        "curl",
                        "-sf",
                        "-X",
                        "PUT",
                        "-H",
                        "Content-Type: application/vnd.docker.distribution.manifest.v2+json",
                        "--data-binary",
                        "@" + list,
                        "http://localhost:5000/v2/odd/manifests/1")
                .ok();
        String odd = "localhost:5000/odd:1";
        engine.docker().ok("pull", odd);
        engine.docker().ok("pull", "localhost:5000/small:1");
        assertThat(totals().get("BlobsWaiting").asInt()).isZero();
        assertThat(blobs()).hasSize(2);

        engine.stop();
        space("compact", "");
        awaitCompaction();
        Awaitility.await().until(() -> blobs().size() == 1);
        assertThat(blobs().getFirst()).hasSameBinaryContentAs(packed);
        assertThat(totals().get("BlobsKeptSize").asLong()).isEqualTo(Files.size(packed));
        assertPushedAsPulled(odd, "odd");

        engine.stop();
        space("drop", "");
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> blobs().isEmpty());
        // To where it is it goes with the digest that it has there.
        assertThat(engine.docker().ok("push", odd))
                .contains("Layer already exists")
                .contains(digestOf(list));
        engine.docker().ok("tag", odd, "localhost:5001/packed:1");
        assertThat(engine.docker().ok("push", "localhost:5001/packed:1")).doesNotContain(digestOf(list));
        assertPushedAsPulled("localhost:5000/small:1", "small");
        // What another engine of this kind has packed can be made again.
        engine.docker().ok("rmi", odd, "localhost:5001/packed:1");
        int before = totals().get("BlobsRemade").asInt();
        engine.docker().ok("pull", "localhost:5001/packed:1");
        awaitCompaction();
        assertThat(totals().get("BlobsRemade").asInt()).isEqualTo(before + 1);
    }

    private static void upload(Path file) {
        String location = machine.inHost(
                        "sh",
                        "-c",
                        "curl -sf -X POST -D - -o /dev/null http://localhost:5000/v2/odd/blobs/uploads/"
                                + " | tr -d '\\r' | sed -n 's/^Location: //p'")
                .ok()
                .text();
        machine.inHost(
                        "curl",
                        "-sf",
                        "-X",
                        "PUT",
                        "-H",
                        "Content-Type: application/octet-stream",
                        "--data-binary",
                        "@" + file,
                        location + "&digest=sha256:" + sha256(file))
                .ok();
    }

    private static String sha256(Path file) {
        return Running.run("sha256sum", file.toString()).ok().text().substring(0, 64);
    }

    private static String digestOf(Path file) {
        return "sha256:" + sha256(file);
    }

    @Test
    void kill_inTheMiddleOfCompaction_losesNothing() throws IOException {
        space("keep", "");
        engine.docker().ok("pull", IMAGE);
        engine.stop();
        // As soon as it begins, somewhere in it, and when the bytes have just gone.
        for (int round = 0; round < 3; round++) {
            boolean last = round == 2;
            space("compact", "");
            Path ingest = engine.dataRoot().resolve("ingest");
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> blobs().isEmpty()
                            || !last
                                    && Running.run("sh", "-c", "ls " + ingest)
                                            .text()
                                            .startsWith("record-"));
            if (round == 1) {
                Running.run("sleep", "0.3");
            }
            engine.kill();
        }
        space("compact", "");
        awaitCompaction();
        Awaitility.await().until(() -> blobs().isEmpty());
        assertThat(engine.http()
                        .post("/wharf/v1/images/verify?name=" + IMAGE, "")
                        .body())
                .contains("\"damaged\":0");
        assertPushedAsPulled(IMAGE, "app");
    }

    @Test
    void fullDisk_putsCompactionOff() throws IOException {
        onADisk("28m", disk -> {
            space("keep", "");
            engine.docker().ok("pull", IMAGE);
            engine.docker().ok("pull", "localhost:5000/small:1");
            engine.stop();
            int said = Here.read(engine.log()).length();
            space("compact", ", \"idle\": \"1s\"");
            Running.run("sh", "-c", "cat /dev/zero >" + disk.resolve("filler"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> Here.read(engine.log()).substring(said).contains("stays as it is for now"));
            assertThat(blobs()).hasSize(2);
            Files.delete(disk.resolve("filler"));
            awaitCompaction();
            // What failed is taken up every two seconds, by a thread that lets all others go first.
            Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> blobs().isEmpty());
            assertPushedAsPulled(IMAGE, "app");
            assertPushedAsPulled("localhost:5000/small:1", "small");
        });
    }
}
