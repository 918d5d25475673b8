package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The power fails while images come and go: what the disk has at that moment is all that the next engine finds. Layers are
 * whole or absent, and what a client was told of is there.
 */
@WharfOnly("it looks into its folders")
class PowerCutTest {
    /** More of them find more: what one cut hits is chance. */
    private static final int CUTS = Integer.getInteger("wharf.test.cuts", 1);

    private final Random random = new Random();
    /** What clients were told last of an image's name: there or not. Names whose verb got no answer are not in it. */
    private final Map<String, Boolean> told = new ConcurrentHashMap<>();

    @ParameterizedTest
    @CsvSource({"overlay2,ext4", "btrfs,btrfs", "vfs,ext4"})
    void images_areWholeOrAbsent_afterAPowerCut(String driver, String fileSystem) throws Exception {
        try (Engine engine = new Engine(new Machine(), "--storage-driver", driver)) {
            Path disk = engine.home().resolve("disk");
            Ran made = Running.run("sh", "-c", "truncate -s 256M " + disk + " && mkfs." + fileSystem + " -q " + disk);
            Assumptions.assumeTrue(made.code() == 0, "no " + fileSystem + " here: " + made.err());
            Files.createDirectory(engine.dataRoot());
            mount(engine, disk);
            engine.start();
            Path archive = prepare(engine);
            for (int cut = 0; cut < CUTS; cut++) {
                Thread work = Thread.ofVirtual().start(() -> comeAndGo(engine.docker(), archive));
                // Nothing to wait for: any moment will do.
                TimeUnit.MILLISECONDS.sleep(100 + random.nextInt(2000));
                cut(engine, disk);
                work.join();
                engine.start();
                assertSound(engine);
            }
            Docker docker = engine.docker();
            docker.ok("image", "prune", "-af");
            assertThat(docker.ok("images", "-aq")).isEmpty();
            for (String folder : List.of("layers", "ingest", "rw", "btrfs")) {
                Path seen = engine.machine().seen(engine.dataRoot()).resolve(folder);
                assertThat(Files.exists(seen) ? names(seen) : List.of())
                        .as(folder)
                        .isEmpty();
            }
            engine.stop();
            engine.machine().inHost("umount", engine.dataRoot().toString());
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** The file system commits of itself so rarely that only what somebody waits for is on the disk. */
    private static void mount(Engine engine, Path disk) {
        Ran mounted = engine.machine()
                .inHost(
                        "mount",
                        "-o",
                        "loop,commit=300",
                        disk.toString(),
                        engine.dataRoot().toString());
        Assumptions.assumeTrue(mounted.code() == 0, "no loop device here: " + mounted.err());
    }

    /** An archive of an image of three layers. */
    private static Path prepare(Engine engine) {
        Docker docker = engine.docker();
        Rig.importSmallImage(docker);
        String files =
                "mkdir -p /files/N; for i in $(seq 60); do head -c 5000 /dev/urandom >/files/N/$i; done; ln /files/N/1 /l";
        docker.ok("run", "--name", "first", "busybox", "sh", "-c", files.replace("N", "1"));
        docker.ok("commit", "first", "half");
        docker.ok("run", "--name", "second", "half", "sh", "-c", "rm /l;" + files.replace("N", "2"));
        docker.ok("commit", "second", "loaded");
        Path archive = engine.home().resolve("archive.tar");
        docker.ok("save", "-o", archive.toString(), "loaded");
        docker.ok("rm", "first", "second");
        docker.ok("rmi", "loaded", "half", "busybox");
        return archive;
    }

    /** Verbs on images one after another, until the engine no longer answers. */
    private void comeAndGo(Docker docker, Path archive) {
        for (int round = 0; ; round++) {
            String box = "box" + random.nextInt();
            if (!makes(docker, "loaded", "load", "-i", archive.toString())
                    || !makes(docker, "busybox", "import", Here.smallImage().toString(), "busybox")
                    || docker.run("run", "--name", box, "loaded", "sh", "-c", "rm -r /files/1; echo " + box + " >/new")
                                    .code()
                            != 0
                    || !makes(docker, "made" + round, "commit", box, "made" + round)
                    || docker.run("rm", box).code() != 0
                    || !loses(docker, "busybox")
                    || round % 2 == 0 && !loses(docker, "loaded")) {
                return;
            }
        }
    }

    private boolean makes(Docker docker, String image, String... verb) {
        return tells(image, true, docker.run(verb));
    }

    private boolean loses(Docker docker, String image) {
        return tells(image, false, docker.run("rmi", image));
    }

    private boolean tells(String image, boolean there, Ran ran) {
        if (ran.code() == 0) {
            told.put(image, there);
            return true;
        }
        told.remove(image);
        return false;
    }

    /** Another machine finds the disk as it was in one moment. */
    private static void cut(Engine engine, Path disk) throws IOException {
        Path left = disk.resolveSibling("left");
        Running.run("kill", "-STOP", "" + engine.pid()).ok();
        Running.run("cp", "--sparse=always", disk.toString(), left.toString()).ok();
        engine.reboot(new Machine());
        Awaitility.await()
                .until(() -> Running.run("losetup", "-j", disk.toString())
                        .ok()
                        .text()
                        .isEmpty());
        Files.delete(disk);
        Files.move(left, disk);
        mount(engine, disk);
    }

    private void assertSound(Engine engine) throws IOException {
        Docker docker = engine.docker();
        for (String container : docker.ok("ps", "-aq").lines().toList()) {
            docker.ok("start", container);
            docker.ok("rm", "-f", container);
        }
        told.forEach((image, there) -> assertThat(
                        docker.run("image", "inspect", image).code() == 0)
                .as(image)
                .isEqualTo(there));
        for (String image :
                docker.ok("images", "-q", "--no-trunc").lines().distinct().toList()) {
            Http.Reply reply = engine.http().post("/wharf/v1/images/verify?name=" + image, "");
            assertThat(reply.body()).as(image).contains("\"damaged\":0").doesNotContain("missing");
        }
        assertThat(names(engine.machine().seen(engine.dataRoot()).resolve("ingest")))
                .isEmpty();
    }
}
