package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docker cp} in every direction, and the archive operations below it. */
class CopyTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private final CopyBox box = new CopyBox(rig);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void copy_thereAndBack_keepsEverything(boolean running) throws IOException {
        box.container(running);
        Path tree = Files.createDirectories(box.host.resolve("tree/sub"));
        Files.writeString(tree.resolve("file"), "content");
        Files.createLink(tree.resolve("hard"), tree.resolve("file"));
        Files.createSymbolicLink(tree.resolve("link"), Path.of("/absolute/target"));
        Files.createFile(tree.resolve("n".repeat(200)));
        Running.run("mkfifo", tree.resolve("fifo").toString()).ok();
        Files.setAttribute(tree.resolve("file"), "unix:mode", 04751);
        Files.setLastModifiedTime(tree.resolve("file"), FileTime.from(Instant.parse("2001-02-03T04:05:06Z")));
        Files.setLastModifiedTime(tree, FileTime.from(Instant.parse("2002-02-03T04:05:06Z")));
        for (String place : List.of("/root", "/vol")) {
            rig.ok("cp", "-a", box.host.resolve("tree").toString(), "box:" + place);
            Path back = Files.createDirectory(box.host.resolve("back" + place.replace('/', '-')));
            rig.ok("cp", "-a", "box:" + place + "/tree", back.toString());
            Path copy = back.resolve("tree/sub");
            assertThat(copy.resolve("file")).hasContent("content");
            assertThat(Files.isSameFile(copy.resolve("file"), copy.resolve("hard")))
                    .isTrue();
            assertThat(Files.readSymbolicLink(copy.resolve("link"))).hasToString("/absolute/target");
            assertThat(copy.resolve("n".repeat(200))).exists();
            assertThat(Files.getLastModifiedTime(copy.resolve("file")).toInstant())
                    .isEqualTo("2001-02-03T04:05:06Z");
            assertThat(Files.getLastModifiedTime(copy).toInstant()).isEqualTo("2002-02-03T04:05:06Z");
            assertThat(Files.readAttributes(copy.resolve("fifo"), java.nio.file.attribute.BasicFileAttributes.class)
                            .isOther())
                    .isTrue();
        }
    }

    @Test
    void copy_ofAFile_takesTheNewName_andKeepsTheModeOfTheContainer() throws IOException {
        box.container(true);
        Files.writeString(box.host.resolve("one"), "1");
        rig.ok("cp", box.host + "/one", "box:/renamed");
        assertThat(rig.ok("exec", "box", "cat", "/renamed")).isEqualTo("1");
        rig.ok("cp", "box:/renamed", box.host + "/two");
        assertThat(box.host.resolve("two")).hasContent("1");
        assertThat(rig.docker().run("cp", "box:/renamed", "-").out())
                .startsWith("renamed\0")
                .contains("ustar");
        rig.docker()
                .pipe(new Tar().file("a/piped", "through").bytes(), "cp", "-", "box:/vol")
                .ok();
        assertThat(rig.ok("exec", "box", "cat", "/vol/a/piped")).isEqualTo("through");
    }

    @Test
    void copy_seesMountsOfTheRunningContainer() throws IOException {
        box.container(true, "--tmpfs", "/fast", "--cap-add", "SYS_ADMIN");
        rig.ok("exec", "box", "sh", "-c", "mkdir /late; mount -t tmpfs none /late; echo 1 >/late/x; echo 2 >/vol/x");
        rig.ok("cp", "box:/vol/x", box.host + "/vol");
        assertThat(box.host.resolve("vol")).hasContent("2\n");
        assumeThat(Here.DOCKERD).isFalse();
        // Docker looks at a container from beside it and sees neither.
        rig.ok("cp", "box:/late/x", box.host + "/late");
        assertThat(box.host.resolve("late")).hasContent("1\n");
        rig.ok("cp", box.host + "/late", "box:/fast/in");
        assertThat(rig.ok("exec", "box", "cat", "/fast/in")).isEqualTo("1");
    }

    @Test
    void copy_intoAStoppedContainer_isThereWhenItStarts() throws IOException {
        rig.ok("create", "--name", "box", "-v", "/vol", "busybox", "cat", "/vol/in", "/own");
        Files.writeString(box.host.resolve("in"), "for the volume\n");
        rig.ok("cp", box.host + "/in", "box:/vol/in");
        rig.ok("cp", box.host + "/in", "box:/own");
        assertThat(rig.ok("start", "-a", "box")).isEqualTo("for the volume\nfor the volume");
    }

    @Test
    void copy_ofAPausedContainer() {
        box.container(true);
        rig.ok("exec", "box", "sh", "-c", "echo x > /x");
        rig.ok("pause", "box");
        rig.ok("cp", "box:/x", box.host + "/x");
        assertThat(box.host.resolve("x")).hasContent("x\n");
        rig.ok("unpause", "box");
    }

    @Test
    void copy_ofTheRoot_leavesTheKernelsFilesOut() {
        box.container(true);
        Ran names = Running.run(
                "bash",
                "-c",
                "curl -s --unix-socket " + rig.engine().socket()
                        + " 'http://x/containers/box/archive?path=/' | tar tPf -");
        assertThat(names.lines()).contains("/", "/bin/", "/bin/busybox", "/proc/", "/vol/", "/ro/");
        assertThat(names.lines()).noneMatch(name -> name.matches("/(proc|sys)/.+"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/nothing|404|Could not find the file /nothing in container box",
                "/etc/nothing/deeper|404|Could not find the file /etc/nothing/deeper in container box",
                "/proc/cpuinfo|404|Could not find the file /proc/cpuinfo in container box",
                "''|400|bad parameter: path",
            })
    void get_refusals(String path, int status, String text) {
        box.container(true);
        Http.Reply reply = rig.http().get("/containers/box/archive?path=" + path);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.body()).contains(text);
        assertThat(rig.http()
                        .request("HEAD", "/containers/box/archive?path=" + path, null)
                        .status())
                .isEqualTo(status);
        assertThat(rig.http().get("/containers/nobody/archive?path=/").body()).contains("No such container: nobody");
    }

    @Test
    void head_tellsOfLinks() {
        box.container(true);
        rig.ok("exec", "box", "sh", "-c", "ln -s /etc/../vol/x /lnk; chmod 1777 /vol; ln -s loop /loop; mkdir -p /d");
        assertThat(stat("/lnk")).contains("\"name\":\"lnk\"", "\"linkTarget\":\"/vol/x\"", "\"mode\":134218239");
        assertThat(stat("/vol")).contains("\"mode\":" + (1L << 31 | 1L << 20 | 0777), "\"linkTarget\":\"\"");
        assertThat(stat("/d/.")).contains("\"name\":\".\"");
        assertThat(stat("/")).contains("\"name\":\"/\"");
    }

    private static String stat(String path) {
        String header = rig.http()
                .request("HEAD", "/containers/box/archive?path=" + path, null)
                .header("X-Docker-Container-Path-Stat");
        return new String(java.util.Base64.getDecoder().decode(header), StandardCharsets.UTF_8);
    }

    @Test
    void put_ontoAnotherKind_isRefusedIfWanted() {
        box.container(true);
        rig.ok("exec", "box", "sh", "-c", "mkdir -p /d/folder; echo x >/d/file");
        Http.Reply folder = box.put(
                "/d&noOverwriteDirNonDir=1", new Tar().file("folder", "x").bytes());
        assertThat(folder.status()).isGreaterThanOrEqualTo(400);
        assertThat(folder.body()).contains("cannot overwrite directory").contains("with non-directory");
        Http.Reply file =
                box.put("/d&noOverwriteDirNonDir=true", new Tar().folder("file").bytes());
        assertThat(file.body()).contains("cannot overwrite non-directory").contains("with directory");
        assertThat(box.put("/d", new Tar().file("folder", "now a file").bytes()).status())
                .isEqualTo(200);
        assertThat(rig.ok("exec", "box", "cat", "/d/folder")).isEqualTo("now a file");
    }

    @Test
    void put_refusals() {
        box.container(true);
        byte[] tar = new Tar().file("x", "x").bytes();
        assertThat(box.put("/nothing", tar).body()).contains("Could not find the file /nothing in container box");
        assertThat(box.put("/etc/passwd", tar).body()).contains("extraction point is not a directory");
        assertThat(box.put("/ro", tar).body()).contains("mounted volume is marked read-only");
        assertThat(box.put(
                                "/root",
                                java.util.Arrays.copyOf(
                                        new Tar().file("y", new byte[2000]).bytes(), 1500))
                        .body())
                .contains("unexpected EOF");
        assertThat(box.put("/root", "no tar at all ".repeat(100).getBytes(StandardCharsets.UTF_8))
                        .body())
                .contains("invalid tar header");
        assertThat(box.put("/root", new byte[0]).status()).isEqualTo(200);
        assertThat(Files.exists(box.host.resolve("x"))).isFalse();
    }

    @Test
    void put_readOnlyRoot_isRefused_andItsVolumeIsNot() {
        box.container(true, "--read-only");
        byte[] tar = new Tar().file("x", "x").bytes();
        assertThat(box.put("/root", tar).body()).contains("container rootfs is marked read-only");
        assertThat(box.put("/vol", tar).status()).isEqualTo(200);
    }

    @Test
    void put_asTheUserOfTheContainer() {
        box.container(true, "--user", "www-data");
        assertThat(box.put("/vol&copyUIDGID=1", new Tar().file("x", "x").bytes())
                        .status())
                .isEqualTo(200);
        assertThat(rig.ok("exec", "box", "stat", "-c", "%u:%g", "/vol/x")).isEqualTo("33:33");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "bzip2", "xz", "cat"})
    void put_packed(String program) throws IOException {
        box.container(true);
        Path tar = Files.write(
                box.host.resolve("in.tar"), new Tar().file("x", program).bytes());
        Path packed = box.host.resolve("packed");
        Running.run("bash", "-c", program + " <" + tar + " >" + packed).ok();
        assertThat(box.put("/root", Files.readAllBytes(packed)).status()).isEqualTo(200);
        assertThat(rig.ok("exec", "box", "cat", "/root/x")).isEqualTo(program);
    }

    @Test
    void events_tellOfCopies() throws IOException {
        box.container(false);
        Files.writeString(box.host.resolve("one"), "1");
        rig.ok("cp", box.host + "/one", "box:/root");
        rig.ok("cp", "box:/root/one", box.host + "/two");
        String id = rig.ok("inspect", "-f", "{{.Id}}", "box");
        String events = rig.ok(
                "events",
                "--since",
                "0",
                "--until",
                "" + (Instant.now().getEpochSecond() + 1),
                "--filter",
                "container=" + id,
                "--format",
                "{{.Action}}");
        assertThat(events.lines()).contains("extract-to-dir", "archive-path");
    }

    @Test
    void sparseAndLargeFiles_areCopiedWhole() throws IOException {
        box.container(true);
        rig.ok("exec", "box", "sh", "-c", "dd if=/dev/zero of=/hole bs=1M seek=200 count=0; echo end >>/hole");
        rig.ok("cp", "box:/hole", box.host + "/hole");
        assertThat(Files.size(box.host.resolve("hole"))).isEqualTo((200L << 20) + 4);
        assertThat(Files.isRegularFile(box.host.resolve("hole"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
    }

    @Test
    void copy_ofWhatStandsStill_mountsItsVolumeAndUnmountsIt() throws IOException {
        box.container(false);
        Files.writeString(box.host.resolve("one"), "1");
        rig.ok("cp", box.host + "/one", "box:/vol");
        Awaitility.await().untilAsserted(() -> {
            List<String> actions = rig
                    .run(
                            "events",
                            "--since",
                            "0",
                            "--until",
                            Instant.now().getEpochSecond() + 1 + "",
                            "--filter",
                            "type=volume",
                            "--format",
                            "{{.Action}} {{.Actor.Attributes.container}}")
                    .ok()
                    .lines()
                    .stream()
                    .filter(line -> line.endsWith(rig.ok("inspect", "-f", "{{.Id}}", "box")))
                    .map(line -> line.split(" ")[0])
                    .filter(action -> action.endsWith("mount"))
                    .toList();
            assertThat(actions).isNotEmpty();
            assertThat(actions.stream().filter("mount"::equals).count())
                    .isEqualTo(actions.stream().filter("unmount"::equals).count());
        });
    }
}
