package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Archives of images on their way between the engine and the tools that others use: skopeo, umoci, tar. */
class ImageArchivesTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static String id = "";

    @BeforeAll
    static void makeAnImageOfTwoLayers() {
        rig.ok("run", "--name", "maker", "--network", "none", "busybox", "sh", "-c", "echo hi > /etc/hi; rm /bin/ls");
        id = rig.ok("commit", "maker", "arch:1");
        rig.ok("tag", "arch:1", "localhost:5000/arch:2");
        rig.ok("rm", "maker");
    }

    @Test
    @WharfOnly("older engines write their own layout only")
    void save_isALayoutAndAnArchiveAtOnce_withLayersThatHashToTheirNames() throws Exception {
        Path folder = unpacked(saved("arch:1", "localhost:5000/arch:2", "busybox"));
        assertThat(Here.read(folder.resolve("oci-layout"))).contains("\"imageLayoutVersion\":\"1.0.0\"");
        assertThat(Here.read(folder.resolve("repositories"))).contains("\"localhost:5000/arch\":{\"2\":\"");
        assertThat(Here.read(folder.resolve("manifest.json")))
                .contains("\"RepoTags\":[\"arch:1\",\"localhost:5000/arch:2\"]")
                .contains("\"Parent\":\"" + imageId("busybox"))
                .contains("\"LayerSources\"");
        assertThat(Here.read(folder.resolve("index.json")))
                .contains("\"io.containerd.image.name\":\"docker.io/library/arch:1\"")
                .contains("\"org.opencontainers.image.ref.name\":\"2\"");
        try (var blobs = Files.list(folder.resolve("blobs/sha256"))) {
            assertThat(blobs.toList())
                    .hasSizeGreaterThanOrEqualTo(6)
                    .allSatisfy(blob ->
                            assertThat(blob.getFileName()).asString().isEqualTo(sha256(Files.readAllBytes(blob))));
        }
    }

    @Test
    void load_readsWhatItSaved_withTheParentOfAnImage() {
        Path file = saved("arch:1", "busybox");
        String parent = rig.ok("image", "inspect", "-f", "{{.Parent}}", "arch:1");
        assertThat(parent).isEqualTo(imageId("busybox"));
        rig.ok("rmi", "arch:1", "localhost:5000/arch:2");
        try {
            assertThat(rig.ok("load", "-i", file.toString())).contains("Loaded image: arch:1");
            assertThat(imageId("arch:1")).isEqualTo(id);
            assertThat(rig.ok("image", "inspect", "-f", "{{.Parent}}", "arch:1"))
                    .isEqualTo(parent);
        } finally {
            rig.run("tag", "arch:1", "localhost:5000/arch:2");
        }
    }

    @Test
    void load_takesWhateverPackingThereIs() {
        Path file = saved("arch:1");
        for (String program : List.of("gzip", "bzip2", "xz", "zstd")) {
            Path packed = Path.of(file + "." + program);
            Running.run("sh", "-c", program + " -1 -c " + file + " >" + packed).ok();
            assertThat(rig.ok("load", "-q", "-i", packed.toString()))
                    .as(program)
                    .isEqualTo("Loaded image: arch:1");
        }
    }

    @Test
    void skopeo_readsArchivesOfDocker_andWritesThem() {
        tool("skopeo");
        Path file = saved("arch:1");
        Path copy = work("copy.tar");
        skopeo("copy", "docker-archive:" + file, "docker-archive:" + copy + ":arch/copy:1");
        assertThat(rig.ok("load", "-i", copy.toString())).contains("Loaded image: arch/copy:1");
        assertThat(imageId("arch/copy:1")).isEqualTo(id);
        rig.ok("rmi", "arch/copy:1");
    }

    @Test
    @WharfOnly("older engines read and write no OCI layouts")
    void skopeo_readsLayouts_andWritesThem() {
        tool("skopeo");
        Path file = saved("localhost:5000/arch:2");
        Path named = work("named.tar");
        skopeo("copy", "oci-archive:" + file + ":2", "oci-archive:" + named + ":docker.io/arch/named:1");
        assertThat(rig.ok("load", "-i", named.toString())).contains("Loaded image: arch/named:1");
        assertThat(imageId("arch/named:1")).isEqualTo(id);
        Path bare = work("bare.tar");
        skopeo("copy", "docker-archive:" + file, "oci-archive:" + bare + ":tag-alone");
        assertThat(rig.ok("load", "-i", bare.toString())).startsWith("Loaded image ID: sha256:");
        rig.ok("rmi", "arch/named:1");
    }

    @Test
    void skopeo_speaksToTheEngine() {
        tool("skopeo");
        String host = "unix://" + rig.engine().socket();
        Path out = work("daemon.tar");
        skopeo("copy", "--src-daemon-host", host, "docker-daemon:arch:1", "docker-archive:" + out + ":arch/daemon:1");
        skopeo("copy", "--dest-daemon-host", host, "docker-archive:" + out, "docker-daemon:arch/daemon:1");
        assertThat(imageId("arch/daemon:1")).isEqualTo(id);
        rig.ok("rmi", "arch/daemon:1");
    }

    @Test
    @WharfOnly("older engines read and write no OCI layouts")
    void umoci_readsLayouts_andWritesThem() throws IOException {
        tool("umoci");
        rig.ok("tag", "arch:1", "umo:1");
        Path layout = unpacked(saved("umo:1"));
        Path bundle = work("bundle");
        Running.run("umoci", "unpack", "--image", layout + ":1", bundle.toString())
                .ok();
        assertThat(Here.read(bundle.resolve("rootfs/etc/hi"))).isEqualTo("hi\n");
        assertThat(bundle.resolve("rootfs/bin/ls")).doesNotExist();
        Files.writeString(bundle.resolve("rootfs/etc/more"), "more\n");
        Running.run("umoci", "repack", "--image", layout + ":made", bundle.toString())
                .ok();
        Running.run("umoci", "rm", "--image", layout + ":1").ok();
        Files.delete(layout.resolve("manifest.json"));
        Path tar = work("umoci.tar");
        Running.run("tar", "-C", layout.toString(), "-cf", tar.toString(), ".").ok();
        assertThat(rig.ok("load", "-i", tar.toString())).contains("Loaded image: umo:1");
        assertThat(rig.run("run", "--rm", "--network", "none", "umo:1", "cat", "/etc/hi", "/etc/more")
                        .ok()
                        .out())
                .isEqualTo("hi\nmore\n");
        rig.ok("rmi", "umo:1");
    }

    @Test
    void load_ofWhatIsNoArchive_saysSo() {
        assertThat(rig.docker().pipe("hello", "load").err()).containsAnyOf("invalid tar header", "unexpected EOF");
        assertThat(rig.docker().pipe("nonsense".repeat(400), "load").err()).contains("invalid tar header");
        assertThat(rig.docker().pipe(new Tar().file("a", "b").bytes(), "load").code())
                .isEqualTo(1);
    }

    private static Path saved(String... names) {
        Path file = work("saved-" + sha256(String.join(" ", names).getBytes(StandardCharsets.UTF_8)) + ".tar");
        String[] command = new String[names.length + 3];
        command[0] = "save";
        command[1] = "-o";
        command[2] = file.toString();
        System.arraycopy(names, 0, command, 3, names.length);
        rig.ok(command);
        return file;
    }

    private static Path unpacked(Path tar) throws IOException {
        Path folder = Files.createTempDirectory(work("x").getParent(), "layout");
        Running.run("tar", "-C", folder.toString(), "-xf", tar.toString()).ok();
        return folder;
    }

    private static Path work(String name) {
        return rig.engine().home().resolve("client").resolve(name);
    }

    private static String imageId(String name) {
        return rig.ok("image", "inspect", "-f", "{{.Id}}", name);
    }

    private static void skopeo(String... arguments) {
        String[] command = new String[arguments.length + 2];
        command[0] = "skopeo";
        command[1] = "--insecure-policy";
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        Running.run(command).ok();
    }

    private static void tool(String name) {
        assumeThat(Running.run("sh", "-c", "command -v " + name).code())
                .as(name + " is installed")
                .isZero();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
