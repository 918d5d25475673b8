package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Debian's dockerd made, Wharf takes over: images with their digests, names, volumes. */
@WharfOnly("it does not take itself over")
class TakeOverTest {
    private static final String IMAGE = "localhost:5000/app:1";

    private static Machine machine;
    private static Path home;
    private static Engine wharf;
    private static Running registry;
    private static String id;
    private static List<String> layers;
    private static List<String> pushed;
    private static Path saved;
    private static Ran whileItRan;
    private static String before;

    @BeforeAll
    static void letDockerWork() throws IOException, InterruptedException {
        machine = new Machine();
        wharf = new Engine(machine);
        home = wharf.home();
        Path config = Files.writeString(
                home.resolve("registry.yml"),
                "version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: " + home
                        + "/registry}}\nhttp: {addr: 'localhost:5000'}\n");
        registry = machine.startInHost(
                System.getProperty("wharf.test.registry", "docker-registry"), "serve", config.toString());
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
                "--bip",
                "10.212.77.1/24",
                "--storage-driver",
                "overlay2");
        try {
            Docker docker = new Docker(Path.of(root + ".sock"), home.resolve("client"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> docker.run("version").code() == 0);
            Rig.importSmallImage(docker);
            docker.ok(
                    "run",
                    "--name",
                    "one",
                    "busybox",
                    "sh",
                    "-c",
                    "mkdir -p /d/sub; echo x >/d/x; ln /d/x /d/y; ln -s x /d/z; mkfifo /d/p; rm -r /bin/vi;"
                            + " chmod 4755 /d/x; chown 7:8 /d/sub; printf new >'/d/new\nline'");
            docker.ok("commit", "one", "step:1");
            docker.ok("run", "--name", "two", "step:1", "sh", "-c", "rm -r /d/sub /d/p; echo two >/d/two");
            docker.ok("commit", "-c", "CMD [\"cat\",\"/d/two\"]", "two", IMAGE);
            docker.ok("push", IMAGE);
            docker.ok("volume", "create", "--label", "kept=yes", "data");
            docker.ok(
                    "run", "--rm", "-v", "data:/v", "busybox", "sh", "-c", "echo in the volume >/v/f; chown 5:6 /v/f");
            docker.ok("volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs", "odd");
            id = docker.ok("image", "inspect", "-f", "{{.Id}}", IMAGE);
            layers = docker.run("image", "inspect", "-f", "{{join .RootFS.Layers \"\\n\"}}", IMAGE)
                    .lines();
            pushed = blobsOf("1");
            saved = home.resolve("docker-saved.tar");
            docker.ok("save", "-o", saved.toString(), IMAGE);
            whileItRan = take("wharf-early");
        } finally {
            Running.run("kill", "-TERM", "" + dockerd.pid());
            dockerd.await(Duration.ofSeconds(30));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> OwnProcesses.of(home).stream()
                            .noneMatch(p -> p.arguments().startsWith("containerd ")));
        }
        // This kernel keeps no quotas of projects, without which Docker makes no such volume.
        String limited = home + "/docker/volumes/limited";
        Running.run(
                        "sh",
                        "-c",
                        "mkdir -p " + limited + "/_data; echo '{\"Quota\":{\"Size\":1}}' >" + limited + "/opts.json")
                .ok();
        before = picture();
    }

    @AfterAll
    static void close() {
        registry.close();
        wharf.close();
    }

    private static Ran take(String data, String... more) {
        List<String> command = new java.util.ArrayList<>(List.of(
                Here.ROOT.resolve("bin/wharfd").toString(),
                "import-docker",
                "--from",
                home + "/docker",
                "--data-root",
                home.resolve(data).toString()));
        command.addAll(List.of(more));
        return Running.start(machine.command(command), Map.of()).finish();
    }

    /** Every path with what it is, but for the count of links. */
    private static String picture() {
        return Running.run(
                        "sh",
                        "-c",
                        "cd " + home + "/docker && find . -printf '%p %y %m %U %G %s %T@\\n' | sort;"
                                + " find . -type f -print0 | sort -z | xargs -0 sha256sum")
                .ok()
                .out();
    }

    /** The digests of an image's config and layers, as the registry has them. */
    private static List<String> blobsOf(String tag) {
        String manifest = machine.inHost(
                        "curl",
                        "-s",
                        "-H",
                        "Accept: application/vnd.docker.distribution.manifest.v2+json",
                        "http://localhost:5000/v2/app/manifests/" + tag)
                .out();
        return java.util.regex.Pattern.compile("\"digest\": ?\"(sha256:[0-9a-f]{64})\"")
                .matcher(manifest)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private static List<String> layersOf(Path archive) {
        return Running.run(
                        "sh",
                        "-c",
                        "rm -rf " + archive + ".d; mkdir " + archive + ".d; tar xf " + archive + " -C " + archive
                                + ".d; cd " + archive
                                + ".d; find . -type f -size +1k | xargs sha256sum | cut -c1-64 | sort")
                .ok()
                .lines();
    }

    @Test
    void importDocker_bringsImagesAndVolumes() {
        assertThat(whileItRan.code()).isEqualTo(1);
        assertThat(whileItRan.err()).contains("a dockerd runs on");

        Ran first = take("data");
        assertThat(first.code()).as(first.toString()).isEqualTo(2);
        assertThat(first.out())
                .contains("took  image busybox:latest", "took  image " + IMAGE, "took  volume data")
                .contains("took  volume odd", "left  volume limited: it has a limit");
        Ran again = take("data");
        assertThat(again.out())
                .contains("had   image " + IMAGE, "had   volume data")
                .doesNotContain("took");
        assertThat(picture()).isEqualTo(before);

        wharf.start();
        Docker docker = wharf.docker();
        assertThat(take("data").err()).contains("another engine uses");
        assertThat(docker.ok("image", "inspect", "-f", "{{.Id}}", IMAGE)).isEqualTo(id);
        assertThat(docker.run("image", "inspect", "-f", "{{join .RootFS.Layers \"\\n\"}}", IMAGE)
                        .lines())
                .isEqualTo(layers);
        assertThat(docker.ok("run", "--rm", IMAGE)).isEqualTo("two");
        assertThat(docker.ok("run", "--rm", IMAGE, "sh", "-c", "ls /d; stat -c '%a %h' /d/x; ls /bin/vi 2>&1; true"))
                .isEqualTo("new?line\ntwo\nx\ny\nz\n4755 2\nls: /bin/vi: No such file or directory");
        assertThat(docker.ok("run", "--rm", "-v", "data:/v", "busybox", "sh", "-c", "cat /v/f; stat -c %u:%g /v/f"))
                .isEqualTo("in the volume\n5:6");
        assertThat(docker.ok("volume", "inspect", "-f", "{{.Labels.kept}}", "data"))
                .isEqualTo("yes");
        assertThat(docker.ok("run", "--rm", "-v", "odd:/v", "busybox", "sh", "-c", "grep ' /v ' /proc/mounts"))
                .startsWith("tmpfs /v tmpfs");
        assertThat(wharf.http()
                        .post("/wharf/v1/images/verify?name=" + IMAGE, "")
                        .body())
                .contains("\"damaged\":0")
                .doesNotContain("missing");

        Path ours = home.resolve("wharf-saved.tar");
        docker.ok("save", "-o", ours.toString(), IMAGE);
        assertThat(layersOf(ours))
                .containsAll(layersOf(saved).stream()
                        .filter(digest -> layers.contains("sha256:" + digest))
                        .toList());
        assertThat(layersOf(ours))
                .containsAll(layers.stream().map(layer -> layer.substring(7)).toList());

        docker.ok("tag", IMAGE, "localhost:5000/app:2");
        docker.ok("push", "localhost:5000/app:2");
        assertThat(blobsOf("2")).isEqualTo(pushed);
    }

    @Test
    void importDocker_byLinks_takesNoSpaceAndChangesNothing() {
        Ran linked = take("linked", "--link");
        assertThat(linked.out()).contains("took  image " + IMAGE, "took  volume data");
        String files = Running.run(
                        "sh", "-c", "find " + home + "/linked/layers -type f -size +0 -links 1 -path '*/diff/*'")
                .ok()
                .out();
        assertThat(files).isEmpty();
        assertThat(picture()).isEqualTo(before);
    }

    @Test
    void importDocker_ofALayerThatIsDamaged_leavesItsImages() throws IOException {
        Path copy = home.resolve("damaged");
        Running.run("cp", "-a", home + "/docker", copy.toString()).ok();
        Running.run("sh", "-c", "find " + copy + "/overlay2 -path '*/diff/d/two' | while read f; do echo owt >$f; done")
                .ok();
        Ran ran = Running.run(
                Here.ROOT.resolve("bin/wharfd").toString(),
                "import-docker",
                "--from",
                copy.toString(),
                "--data-root",
                home.resolve("mended").toString(),
                "--no-volumes");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out())
                .contains("took  image busybox:latest")
                .containsPattern(
                        "left  image " + IMAGE + ": layer sha256:[0-9a-f]+: its files give a tar with the digest");
    }
}
