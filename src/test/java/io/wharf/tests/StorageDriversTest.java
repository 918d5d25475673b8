package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine with each storage driver: what clients do to files of containers comes out the same. */
@WharfOnly("its drivers' names and folders are its own")
class StorageDriversTest {
    private static final String CHANGES = "mkdir -p /a/b; echo x >/a/b/new; ln /a/b/new /a/hard; ln -s x /a/link;"
            + "rm /bin/wc; rm -r /var/spool; mkdir -p /var/spool/fresh; echo y >>/etc/passwd; chmod 700 /home;"
            + "mknod /a/dev c 1 3; mkfifo /a/fifo; chmod 4711 /a/b/new; chown 33:34 /a/b";

    private static final List<String> DIFF = List.of(
            "A /a",
            "A /a/b",
            "A /a/b/new",
            "A /a/dev",
            "A /a/fifo",
            "A /a/hard",
            "A /a/link",
            "C /bin",
            "D /bin/wc",
            "C /etc",
            "C /etc/passwd",
            "C /home",
            "C /var",
            "C /var/spool",
            "A /var/spool/fresh",
            "D /var/spool/mail");

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "fuse-overlayfs", "btrfs", "vfs"})
    void files_ofContainers(String driver) throws IOException {
        try (Engine engine = new Engine(new Machine(), "--storage-driver", driver)) {
            prepare(engine, driver);
            engine.start();
            Docker docker = engine.docker();
            Rig.importSmallImage(docker);
            docker.ok("run", "--rm", "-v", "/data", "busybox", "true");
            Leaks leaks = Leaks.atRest(engine);
            assertThat(docker.ok("info", "-f", "{{.Driver}}")).isEqualTo(driver);

            docker.ok("run", "-d", "--name", "box", "busybox", "sleep", "1000");
            docker.ok("exec", "box", "sh", "-c", CHANGES);
            assertThat(docker.ok("inspect", "-f", "{{.Driver}} {{.GraphDriver.Name}}", "box"))
                    .isEqualTo(driver + " " + driver);
            assertThat(docker.ok("inspect", "-f", "{{json .GraphDriver.Data}}", "box"))
                    .contains(driver.startsWith("o") || driver.startsWith("f") ? "\"MergedDir\":\"/" : "null");
            assertThat(diff(docker)).isEqualTo(DIFF);
            Path file = Files.writeString(engine.home().resolve("copied"), "from outside\n");
            docker.ok("cp", file.toString(), "box:/a/in");
            assertThat(docker.ok("exec", "box", "cat", "/a/in")).isEqualTo("from outside");
            docker.ok("cp", "box:/a/b/new", engine.home().resolve("out").toString());
            assertThat(engine.home().resolve("out")).hasContent("x\n");

            docker.ok("commit", "box", "made");
            String look = "stat -c '%f %u %g %h' /a/b /a/b/new /a/dev /a/fifo; cat /a/in; ls /var/spool /bin/wc 2>&1";
            String seen = docker.run("exec", "box", "sh", "-c", look).out();
            assertThat(docker.run("run", "--rm", "made", "sh", "-c", look).out())
                    .isEqualTo(seen);
            assertThat(seen).contains("89c9 0 0 2").contains("fresh");
            exportAfterImport_isEqual(engine, docker);

            // The engine dies, and finds everything again.
            engine.kill();
            engine.start();
            assertThat(docker.ok("exec", "box", "cat", "/a/in")).isEqualTo("from outside");
            docker.ok("restart", "-t", "0", "box");
            assertThat(docker.ok("exec", "box", "cat", "/a/in")).isEqualTo("from outside");
            assertThat(docker.ok("ps", "-s", "--format", "{{.Size}}")).contains("virtual");

            docker.ok("rm", "-f", "box");
            docker.ok("rmi", "made", "again");
            leaks.assertNone(engine);
            engine.stop();
        }
    }

    private static void prepare(Engine engine, String driver) throws IOException {
        if (driver.equals("fuse-overlayfs")) {
            Assumptions.assumeTrue(Files.exists(Path.of("/dev/fuse")), "there is no /dev/fuse here");
            Assumptions.assumeTrue(
                    Running.run("sh", "-c", "command -v fuse-overlayfs").code() == 0, "no fuse-overlayfs here");
        }
        if (driver.equals("btrfs")) {
            Files.createDirectories(engine.dataRoot());
            String image = engine.home().resolve("disk").toString();
            Ran made = Running.run("sh", "-c", "truncate -s 256M " + image + " && mkfs.btrfs -q " + image);
            Assumptions.assumeTrue(made.code() == 0, "no btrfs here: " + made.err());
            Ran mounted = engine.machine()
                    .inHost("mount", "-o", "loop", image, engine.dataRoot().toString());
            Assumptions.assumeTrue(mounted.code() == 0, "no loop device here: " + mounted.err());
        }
    }

    private static List<String> diff(Docker docker) {
        return docker.ok("diff", "box")
                .lines()
                .sorted(java.util.Comparator.comparing(line -> line.substring(2)))
                .toList();
    }

    private static void exportAfterImport_isEqual(Engine engine, Docker docker) {
        Path first = engine.home().resolve("first.tar");
        Path second = engine.home().resolve("second.tar");
        docker.ok("export", "-o", first.toString(), "box");
        docker.ok("import", first.toString(), "again");
        docker.ok("create", "--name", "copy", "again", "true");
        docker.ok("export", "-o", second.toString(), "copy");
        assertThat(listing(second)).isEqualTo(listing(first)).isNotEmpty();
        docker.ok("rm", "copy");
    }

    /** Kind, mode, owner, size, time and name of every entry, in order. */
    private static List<String> listing(Path tar) {
        return Running.run("tar", "--full-time", "--numeric-owner", "-tvf", tar.toString()).ok().lines().stream()
                .sorted()
                .toList();
    }

    @Test
    void driversThatAreNot_areRefusedWithWhatToUseInstead() {
        for (String[] refused : new String[][] {
            {"aufs", "use overlay2"},
            {"devicemapper", "use overlay2"},
            {"btrfs", "needs a data root on btrfs"},
        }) {
            try (Engine engine = new Engine(new Machine(), "--storage-driver", refused[0])) {
                assertThatThrownBy(engine::start).as(refused[0]).hasMessageContaining(refused[1]);
            }
        }
        try (Engine engine = new Engine(new Machine(), "--storage-opt", "overlay2.colour=red")) {
            assertThatThrownBy(engine::start).hasMessageContaining("overlay2: unknown option overlay2.colour");
        }
    }

    @Test
    void storageOptions_ofContainers() {
        try (Engine engine = new Engine(new Machine(), "--storage-driver", "overlay2")) {
            engine.start();
            Rig.importSmallImage(engine.docker());
            assertThat(engine.docker()
                            .run("create", "--storage-opt", "size=1G", "busybox")
                            .err())
                    .contains("--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
            engine.stop();
        }
    }
}
