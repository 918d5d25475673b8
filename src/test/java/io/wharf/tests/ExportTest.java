package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code docker export}: the whole root, without what is mounted into it. */
class ExportTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static final String TREE =
            "mkdir -p /d/sub; echo content >/d/f; ln /d/f /d/hard; ln -s f /d/link; mkfifo /d/p;"
                    + "mknod /d/dev c 1 3; chmod 4711 /d/f; chown 33:33 /d/sub; rm /bin/wc; echo v >/vol/v";
    private static final String LIST =
            "find / -xdev -not -path '/proc/*' -not -path '/sys/*' -not -path '/dev/*' -not -path '/etc/host*'"
                    + " -not -path /etc/resolv.conf | sort | xargs stat -c '%n %f %u %g %t' | grep -v -E '^/(tmp|vol|etc|root|dev|proc|sys) |^/ '";

    @Test
    void export_thenImport_isTheSameTree() {
        rig.ok("run", "--name", "box", "--network", "none", "-v", "/vol", "busybox", "sh", "-c", TREE);
        Path tar = rig.engine().home().resolve("export.tar");
        rig.ok("export", "-o", tar.toString(), "box");
        rig.ok("import", tar.toString(), "again");
        String copy = rig.run("run", "--rm", "--network", "none", "again", "sh", "-c", LIST)
                .out();
        rig.ok("commit", "box", "base");
        String original = rig.run("run", "--rm", "--network", "none", "base", "sh", "-c", LIST)
                .out();
        assertThat(copy).isEqualTo(original).contains("/d/dev 21", "/d/hard").doesNotContain("/bin/wc ");
        rig.ok("run", "--rm", "--network", "none", "again", "[", "/d/f", "-ef", "/d/hard", "]");
        List<String> names = Running.run("tar", "tf", tar.toString()).lines();
        assertThat(names).contains("vol/", "d/f").doesNotContain("vol/v", "./", "/");
        assertThat(names).noneMatch(name -> name.startsWith("proc/") && name.length() > 5);
    }

    @Test
    void export_ofARunningContainer() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "box",
                "--network",
                "none",
                "-v",
                "/vol",
                "--tmpfs",
                "/ram",
                "busybox",
                "sh",
                "-c",
                TREE + "; echo r >/ram/r; echo ready; sleep 1000");
        Awaitility.await().until(() -> rig.ok("logs", "box").contains("ready"));
        Path tar = rig.engine().home().resolve("running.tar");
        rig.ok("export", "-o", tar.toString(), "box");
        assertThat(Running.run("tar", "tf", tar.toString()).lines())
                .contains("d/f", "ram/", "vol/")
                .doesNotContain("ram/r", "vol/v");
        assertThat(rig.run("export", "nobody").err()).contains("No such container: nobody");
    }

    @Test
    void export_clientHangsUp() throws IOException {
        rig.ok(
                "run",
                "--name",
                "box",
                "--network",
                "none",
                "busybox",
                "sh",
                "-c",
                "dd if=/dev/zero of=/big bs=1M count=32");
        try (SocketChannel channel = rig.http().connect()) {
            channel.write(ByteBuffer.wrap(
                    "GET /containers/box/export HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8)));
            channel.read(ByteBuffer.allocate(1000));
        }
        rig.ok("rm", "box");
        assertThat(Files.exists(rig.engine().home())).isTrue();
    }
}
