package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An engine that ends while it tries a runtime for the first time, on roots on which none may ever start again. */
@WharfOnly("it tries no runtimes")
class ProbeTest {
    private Path folder;
    private Engine engine;

    /** With a runtime that says when it is tried, waits to be let go, and says when that is over. */
    @BeforeEach
    void begin() throws IOException {
        folder = Files.createTempDirectory(Path.of("/tmp"), "wharf-slow.");
        Path runtime = Files.createFile(
                folder.resolve("slow"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(runtime, """
                #!/bin/sh
                case " $* " in *" --bundle "*) ;; *) exec runc "$@" ;; esac
                cd %s || exit 1
                : >tried
                until [ -e go ]; do sleep 0.01; done
                runc "$@"
                code=$?
                : >over
                exit $code
                """.formatted(folder));
        engine = new Engine(new Machine(), "--add-runtime", "slow=" + runtime).start();
        awaitThere("tried");
    }

    @AfterEach
    void end() throws IOException {
        engine.close();
        for (String name : List.of("slow", "tried", "go", "over")) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.delete(folder);
    }

    private void awaitThere(String name) {
        Awaitility.await().until(() -> Files.exists(folder.resolve(name)));
    }

    @Test
    void killedEngine_leavesNoProcess_andNoCgroup() throws IOException {
        String pid = "" + engine.pid();
        engine.kill();
        Files.createFile(folder.resolve("go"));
        awaitThere("over");
        Awaitility.await().untilAsserted(() -> {
            assertThat(cgroups(pid)).isEmpty();
            assertThat(OwnProcesses.of(engine.home()))
                    .extracting(OwnProcesses.One::arguments)
                    .filteredOn(arguments -> arguments.contains("runc"))
                    .isEmpty();
        });
    }

    @Test
    void stoppedEngine_leavesNothing() throws IOException {
        String pid = "" + engine.pid();
        Running.run("kill", "-TERM", pid).ok();
        Awaitility.await().until(() -> Here.read(engine.log()).contains("stopping"));
        Files.createFile(folder.resolve("go"));
        engine.awaitEnd();
        assertThat(folder.resolve("over")).exists();
        assertThat(cgroups(pid)).isEmpty();
        for (Path root : List.of(engine.dataRoot(), engine.execRoot())) {
            try (var inside = Files.walk(root, 3)) {
                assertThat(inside)
                        .noneMatch(path -> path.getFileName().toString().startsWith("wharf-probe-"));
            }
        }
    }

    /** Those that bear the engine's pid. */
    private static List<Path> cgroups(String pid) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(Path.of("/sys/fs/cgroup"), Set.of(), 6, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = folder.getFileName().toString();
                if (name.contains("wharf-probe-") && name.contains("-" + pid)) {
                    found.add(folder);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
