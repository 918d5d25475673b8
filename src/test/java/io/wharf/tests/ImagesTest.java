package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Images without a registry: import, load, save, tag, rmi, commit, history. */
class ImagesTest {
    /** Layers of the highest image; dockerd 20.10 takes two less. */
    private static final int HIGHEST = Here.DOCKERD ? 125 : 127;

    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void import_takesTarsAndChanges() {
        byte[] tar = new Tar().folder("etc").file("etc/hello", "there\n").bytes();
        String id = rig.docker()
                .pipe(
                        tar,
                        "import",
                        "-c",
                        "ENV A=1",
                        "-c",
                        "CMD [\"/x\"]",
                        "-c",
                        "EXPOSE 80",
                        "-m",
                        "note",
                        "-",
                        "tiny:1")
                .ok()
                .text();
        assertThat(id).matches("sha256:[0-9a-f]{64}");
        assertThat(rig.ok(
                        "image",
                        "inspect",
                        "-f",
                        "{{.Id}} {{json .Config.Env}} {{json .Config.Cmd}} {{json .Config.ExposedPorts}} {{.Comment}}"
                                + " {{len .RootFS.Layers}} {{.Os}} {{json .RepoTags}}",
                        "tiny:1"))
                .isEqualTo(id + " [\"A=1\"] [\"/x\"] {\"80/tcp\":{}} note 1 linux [\"tiny:1\"]");
    }

    @Test
    void import_ofNoTar_isRefused() {
        Ran ran =
                rig.docker().pipe("this is no archive, whatever it says of itself".repeat(50), "import", "-", "bad:1");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(rig.run("image", "inspect", "bad:1").code()).isEqualTo(1);
    }

    @Test
    void saveAndLoad_giveTheSameImage() {
        rig.ok("tag", "busybox", "saved:1");
        rig.ok("tag", "busybox", "saved:2");
        String id = imageId("saved:1");
        Path file = rig.engine().home().resolve("client/saved.tar");
        rig.ok("save", "-o", file.toString(), "saved:1", "saved:2");
        rig.ok("rmi", "saved:1", "saved:2");
        assertThat(rig.ok("load", "-i", file.toString()))
                .contains("Loaded image: saved:1")
                .contains("Loaded image: saved:2");
        assertThat(imageId("saved:1")).isEqualTo(id);
        assertThat(rig.run("run", "--rm", "saved:2", "echo", "runs").ok().text())
                .isEqualTo("runs");
        rig.ok("rmi", "saved:1", "saved:2");
    }

    @Test
    void load_ofCompressed_andFromInput() throws IOException {
        Path file = rig.engine().home().resolve("client/zipped.tar");
        rig.ok("tag", "busybox", "zipped:1");
        rig.ok("save", "-o", file.toString(), "zipped:1");
        rig.ok("rmi", "zipped:1");
        Running.run("gzip", "-f", file.toString()).ok();
        Ran ran = rig.docker().pipe(Files.readAllBytes(Path.of(file + ".gz")), "load");
        assertThat(ran.ok().out()).contains("Loaded image: zipped:1");
        rig.ok("rmi", "zipped:1");
    }

    @Test
    void load_ofNonsense_isRefused() {
        assertThat(rig.docker().pipe("nonsense".repeat(200), "load").code()).isEqualTo(1);
        Ran ran = rig.run("save", "nothing:1");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).containsAnyOf("reference does not exist", "No such image");
    }

    @Test
    void load_ofATarThatClimbs_staysInside() {
        Path outside = rig.engine().home().resolve("client/climbed");
        byte[] layer = new Tar().file("../../../../../../../.." + outside, "x").bytes();
        rig.docker().pipe(image("climb:1", layer), "load");
        assertThat(outside).doesNotExist();
        rig.run("rmi", "climb:1");
    }

    @Test
    void manyLayers_areAllThere() {
        byte[][] layers = new byte[HIGHEST][];
        for (int i = 0; i < layers.length; i++) {
            Tar tar = new Tar().folder("layers").file("layers/" + i, "" + i).file("layers/last", "" + i);
            if (i == HIGHEST - 1) {
                tar.file("layers/.wh.5", "");
            }
            layers[i] = tar.bytes();
        }
        rig.docker().pipe(image("high:1", layers), "load").ok();
        // The image has no program of its own: the host's static one is shown to it.
        String busybox = "/bin/busybox:/busybox:ro";
        assertThat(rig.ok("run", "--rm", "-v", busybox, "high:1", "/busybox", "ls", "/layers")
                        .lines())
                .contains("0", "" + (HIGHEST - 1))
                .doesNotContain("5");
        assertThat(rig.ok("run", "--rm", "-v", busybox, "high:1", "/busybox", "cat", "/layers/last"))
                .isEqualTo("" + (HIGHEST - 1));
        // It also starts: the runtime gets as far as looking for the program.
        assertThat(rig.run("run", "--rm", "high:1", "/nothing").code()).isEqualTo(127);
        assertThat(rig.ok("history", "-q", "high:1").lines()).hasSize(HIGHEST);
    }

    @Test
    void tagAndRmi() {
        String id = imageId("busybox");
        rig.ok("tag", "busybox", "one:a");
        rig.ok("tag", id, "localhost:5999/deep/er:b");
        assertThat(rig.ok("images", "--format", "{{.Repository}}:{{.Tag}}").lines())
                .contains("busybox:latest", "one:a", "localhost:5999/deep/er:b");
        assertThat(rig.ok("rmi", "one:a")).isEqualTo("Untagged: one:a");
        Ran several = rig.run("rmi", id);
        assertThat(several.code()).isEqualTo(1);
        assertThat(several.err()).contains("must be forced").contains("referenced in multiple repositories");
        rig.ok("rmi", "localhost:5999/deep/er:b");
        Ran missing = rig.run("rmi", "one:a");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("No such image: one:a");
        assertThat(rig.run("tag", "busybox", "UPPER:1").err()).contains("must be lowercase");
        assertThat(rig.run("tag", "nothing:1", "x:1").err()).contains("No such image: nothing:1");
    }

    @Test
    void rmi_ofAnImageInUse_isRefused() {
        byte[] tar = new Tar().file("x", "y").bytes();
        rig.docker().pipe(tar, "import", "-c", "CMD [\"/x\"]", "-", "used:1").ok();
        String id = rig.ok("create", "used:1");
        Ran ran = rig.run("rmi", "used:1");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err())
                .contains("conflict: unable to remove repository reference \"used:1\" (must force) - container "
                        + id.substring(0, 12) + " is using its referenced image");
        rig.ok("rm", id);
        assertThat(rig.ok("rmi", "used:1")).contains("Untagged: used:1").contains("Deleted: sha256:");
    }

    @Test
    void commit_keepsChangesAndSettings() {
        rig.ok(
                "run",
                "--name",
                "base",
                "-e",
                "A=1",
                "busybox",
                "sh",
                "-c",
                "echo new >/added; rm -r /home; ln -s a /b");
        String id = rig.ok("commit", "-m", "note", "-a", "me", "-c", "CMD [\"cat\", \"/added\"]", "base", "derived:1");
        assertThat(rig.ok("run", "--rm", "derived:1")).isEqualTo("new");
        assertThat(rig.ok("run", "--rm", "derived:1", "ls", "/").lines())
                .contains("b")
                .doesNotContain("home");
        assertThat(rig.ok(
                        "image",
                        "inspect",
                        "-f",
                        "{{.Id}} {{.Comment}} {{.Author}} {{len .RootFS.Layers}} {{json .Config.Cmd}}",
                        "derived:1"))
                .isEqualTo(id + " note me 2 [\"cat\",\"/added\"]");
        assertThat(rig.ok("image", "inspect", "-f", "{{json .Config.Env}}", "derived:1"))
                .contains("\"A=1\"");
        rig.ok("rm", "base");
        rig.ok("rmi", "derived:1");
    }

    @Test
    void commit_ofARunningContainer_goesOn() {
        rig.ok("run", "-d", "--name", "busy", "busybox", "sh", "-c", "echo x >/x; sleep 1000");
        org.awaitility.Awaitility.await()
                .until(() -> rig.run("exec", "busy", "cat", "/x").code() == 0);
        rig.ok("commit", "busy", "frozen:1");
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}}", "busy")).isEqualTo("running");
        assertThat(rig.ok("run", "--rm", "frozen:1", "cat", "/x")).isEqualTo("x");
    }

    @Test
    void images_listAndFilters() {
        rig.docker()
                .pipe(new Tar().file("a", "b").bytes(), "import", "-c", "LABEL tier=one", "-", "listed:1")
                .ok();
        assertThat(rig.ok("images", "-q", "-f", "label=tier=one", "--no-trunc")).isEqualTo(imageId("listed:1"));
        assertThat(rig.ok("images", "--format", "{{.Repository}}", "listed")).isEqualTo("listed");
        assertThat(rig.ok("images", "--format", "{{.Repository}}", "-f", "reference=list*:1"))
                .isEqualTo("listed");
        rig.docker()
                .pipe(new Tar().file("a", "c").bytes(), "import", "-", "listed:1")
                .ok();
        assertThat(rig.ok("images", "-f", "dangling=true", "--format", "{{.Repository}}:{{.Tag}}"))
                .isEqualTo("<none>:<none>");
        assertThat(rig.ok("images", "busybox", "--format", "{{.Size}}")).isEqualTo("1.98MB");
    }

    private static String imageId(String name) {
        return rig.ok("image", "inspect", "-f", "{{.Id}}", name);
    }

    /** An archive as {@code docker save} writes it. */
    private static byte[] image(String tag, byte[]... layers) {
        StringBuilder diffIds = new StringBuilder();
        StringBuilder names = new StringBuilder();
        Tar tar = new Tar();
        for (int i = 0; i < layers.length; i++) {
            diffIds.append(i == 0 ? "" : ",")
                    .append("\"sha256:")
                    .append(Digests.sha256(layers[i]))
                    .append('"');
            names.append(i == 0 ? "" : ",").append("\"l").append(i).append("/layer.tar\"");
            tar.folder("l" + i).file("l" + i + "/layer.tar", layers[i]);
        }
        String config = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"/x\"]},"
                + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + diffIds + "]},\"history\":["
                + "{\"created_by\":\"by hand\"},".repeat(layers.length - 1) + "{\"created_by\":\"by hand\"}]}";
        String configName = Digests.sha256(config.getBytes(StandardCharsets.UTF_8)) + ".json";
        return tar.file(configName, config)
                .file(
                        "manifest.json",
                        "[{\"Config\":\"" + configName + "\",\"RepoTags\":[\"" + tag + "\"],\"Layers\":[" + names
                                + "]}]")
                .bytes();
    }
}
