package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Copies that somebody attacks, cuts off or overtakes: nothing outside is touched, nothing stays behind. */
class CopyBadDaysTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private final CopyBox box = new CopyBox(rig);

    @Test
    void put_neverLeavesTheFolder() throws IOException {
        Path outside = Files.createDirectory(rig.engine().home().resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        box.container(true);
        rig.ok(
                "exec",
                "box",
                "sh",
                "-c",
                "mkdir /in; ln -s " + outside + " /in/abs; ln -s ../../../../.." + outside + " /in/rel");
        box.put("/in", new Tar().file("../evil1", "x").bytes());
        box.put("/in", new Tar().file(outside + "/evil2", "x").bytes());
        box.put("/in", new Tar().file("abs/evil3", "x").bytes());
        box.put("/in", new Tar().file("rel/evil4", "x").bytes());
        box.put("/in/abs", new Tar().file("evil5", "x").bytes());
        box.put("/in/rel", new Tar().file("evil6", "x").bytes());
        box.put("/in", new Tar().link("hard", outside + "/secret", '1').bytes());
        box.put(
                "/in",
                new Tar()
                        .link("hard2", "../../../../../.." + outside + "/secret", '1')
                        .bytes());
        box.put(
                "/in",
                new Tar()
                        .link("sym", outside.toString(), '2')
                        .file("sym/evil7", "x")
                        .bytes());
        assertThat(Files.list(outside)).containsExactly(outside.resolve("secret"));
        assertThat(outside.resolve("secret")).hasContent("secret");
        assertThat((int) Files.getAttribute(outside.resolve("secret"), "unix:nlink"))
                .isEqualTo(1);
        for (String path : List.of(
                "/in/abs/secret",
                "/in/rel/secret",
                "/proc/self/root" + outside + "/secret",
                "/proc/1/cwd/../.." + outside + "/secret",
                "/in/../../../.." + outside + "/secret")) {
            assertThat(rig.http().get("/containers/box/archive?path=" + path).status())
                    .as(path)
                    .isGreaterThanOrEqualTo(400);
        }
    }

    @Test
    void copy_whileTheContainerSwapsFoldersAndLinks_staysInside() throws IOException {
        Path outside = Files.createDirectory(rig.engine().home().resolve("swapped"));
        Files.writeString(outside.resolve("secret"), "SECRET");
        box.container(true);
        rig.ok("exec", "box", "sh", "-c", "mkdir -p /s/d /s/real; echo fine >/s/d/secret; ln -s " + outside + " /s/l");
        rig.ok("exec", "-d", "box", "sh", "-c", "cd /s; while :; do mv d t; mv l d; mv d l; mv t d; done");
        byte[] tar =
                new Tar().file("d/written", "x").file("d/secret", "overwritten").bytes();
        long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        int rounds = 0;
        while (System.nanoTime() < end) {
            assertThat(rig.http().get("/containers/box/archive?path=/s").body()).doesNotContain("SECRET");
            assertThat(rig.http()
                            .get("/containers/box/archive?path=/s/d/secret")
                            .body())
                    .doesNotContain("SECRET");
            box.put("/s", tar);
            box.put("/s/d", new Tar().file("written", "x").bytes());
            rounds++;
        }
        assertThat(rounds).isGreaterThan(3);
        assertThat(outside.resolve("secret")).hasContent("SECRET");
        assertThat(Files.list(outside)).hasSize(1);
    }

    @Test
    @WharfOnly("its removal waits for the lock that a copy holds")
    void remove_whileAClientReads_endsTheCopy() throws IOException {
        rig.ok(
                "run",
                "--name",
                "box",
                "--network",
                "none",
                "busybox",
                "sh",
                "-c",
                "dd if=/dev/zero of=/big bs=1M count=64");
        try (SocketChannel slow = rig.http().connect()) {
            slow.write(ByteBuffer.wrap("GET /containers/box/archive?path=/big HTTP/1.1\r\nHost: x\r\n\r\n"
                    .getBytes(StandardCharsets.UTF_8)));
            slow.read(ByteBuffer.allocate(1000));
            assertThat(mounts()).isNotEmpty();
            rig.ok("rm", "box");
            assertThat(rig.ok("ps", "-aq")).isEmpty();
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(mounts()).isEmpty());
    }

    @Test
    @WharfOnly("its start waits for the lock that a copy holds")
    void start_whileAClientReads_doesNotWait_andSharesTheRoot() throws IOException {
        rig.ok(
                "run",
                "--name",
                "box",
                "--network",
                "none",
                "busybox",
                "sh",
                "-c",
                "[ -e /big ] && cat /in; dd if=/dev/zero of=/big bs=1M count=64 2>/dev/null");
        try (SocketChannel slow = rig.http().connect()) {
            slow.write(ByteBuffer.wrap("GET /containers/box/archive?path=/big HTTP/1.1\r\nHost: x\r\n\r\n"
                    .getBytes(StandardCharsets.UTF_8)));
            slow.read(ByteBuffer.allocate(1000));
            box.put("/", new Tar().file("in", "copied").bytes());
            assertThat(rig.ok("start", "-a", "box")).isEqualTo("copied");
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(mounts()).isEmpty());
    }

    @Test
    @WharfOnly("it leaves mounts to the next start of the container")
    void kill_whileAClientReads_leavesNothing() throws IOException {
        rig.ok(
                "run",
                "--name",
                "box",
                "-v",
                "/vol",
                "busybox",
                "sh",
                "-c",
                "dd if=/dev/zero of=/vol/big bs=1M count=64");
        try (SocketChannel slow = rig.http().connect()) {
            slow.write(ByteBuffer.wrap("GET /containers/box/archive?path=/vol HTTP/1.1\r\nHost: x\r\n\r\n"
                    .getBytes(StandardCharsets.UTF_8)));
            slow.read(ByteBuffer.allocate(1000));
            rig.engine().kill();
        }
        rig.engine().start();
        assertThat(mounts()).isEmpty();
        assertThat(rig.ok("start", "-a", "box")).isEmpty();
    }

    /** Roots of containers that are mounted where the engine lives. */
    private static List<String> mounts() {
        return Here.read(Path.of("/proc/" + rig.engine().pid() + "/mounts"))
                .lines()
                .filter(line -> line.startsWith("overlay " + rig.engine().execRoot()))
                .toList();
    }

    @Test
    void clientThatHangsUp_inTheMiddleOfAPut_leavesNoCopyUnderWay() throws IOException {
        box.container(false);
        try (SocketChannel channel = rig.http().connect()) {
            channel.write(ByteBuffer.wrap(
                    "PUT /containers/box/archive?path=/vol HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\nhalf"
                            .getBytes(StandardCharsets.UTF_8)));
        }
        Files.writeString(box.host.resolve("one"), "1");
        rig.ok("cp", box.host + "/one", "box:/vol");
        rig.ok("rm", "box");
    }
}
