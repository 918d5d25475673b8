package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A runtime that fails, or hangs, at any of its commands: the error is clear, and nobody else waits. */
@WharfOnly("its runtimes have other command lines and no limit in time")
class OddRuntimeTest {
    private static final int LIMIT_SECONDS = 3;
    private static final Path FOLDER = folder();

    @RegisterExtension
    static final Rig rig = new Rig("--add-runtime", "odd=" + FOLDER.resolve("odd"))
            .properties("-Dwharf.runtime.seconds=" + LIMIT_SECONDS);

    /** A wrapper of runc that does what the file {@code mode} says: a word and a command. */
    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory(Path.of("/tmp"), "wharf-odd.");
            Path mode = Files.writeString(folder.resolve("mode"), "well -\n");
            Files.writeString(
                    Files.createFile(
                            folder.resolve("odd"),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"))),
                    "#!/bin/sh\nread how where <" + mode + "\n"
                            + "for word; do case $word in create|start|state|kill|delete|exec) break ;; esac; done\n"
                            + "if [ \"$word\" = \"$where\" ]; then case $how in\n"
                            + "  fail) echo \"no $word today\" >&2; exit 1 ;;\n"
                            + "  hang) sleep 1000 ;;\n"
                            + "esac; fi\n"
                            + "exec runc \"$@\"\n");
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void tidy() throws IOException {
        for (String name : List.of("mode", "odd")) {
            Files.delete(FOLDER.resolve(name));
        }
        Files.delete(FOLDER);
    }

    @AfterEach
    void behaveAgain() {
        behave("well -");
    }

    private static void behave(String how) {
        try {
            Files.writeString(FOLDER.resolve("mode"), how + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "start"})
    void failure_ofAStart_isTold_andNothingIsLeft(String command) {
        behave("fail " + command);
        Ran ran = rig.run("run", "-d", "--name", "it", "--runtime", "odd", "busybox", "sleep", "1000");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains("no " + command + " today");
        assertThat(rig.ok("inspect", "-f", "{{.State.Running}} {{.State.Pid}}", "it"))
                .isEqualTo("false 0");
        behave("well -");
        rig.ok("start", "it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "start"})
    void stuck_start_delaysNobody_andEndsWithAnError(String command) {
        rig.ok("run", "-d", "--name", "other", "busybox", "sleep", "1000");
        behave("hang " + command);
        try (Running stuck =
                rig.docker().start("run", "-d", "--name", "it", "--runtime", "odd", "busybox", "sleep", "1000")) {
            othersAreServed();
            Ran ran = stuck.await(Duration.ofSeconds(LIMIT_SECONDS * 4L));
            assertThat(ran.code()).isEqualTo(125);
            assertThat(ran.err()).contains("did not end within " + LIMIT_SECONDS + " seconds");
        }
        behave("well -");
        rig.ok("start", "it");
        rig.ok("rm", "-f", "it");
    }

    @Test
    void stuck_start_isBrokenOffByRemoval() {
        behave("hang create");
        try (Running stuck =
                rig.docker().start("run", "-d", "--name", "it", "--runtime", "odd", "busybox", "sleep", "1000")) {
            org.awaitility.Awaitility.await()
                    .until(() -> rig.run("inspect", "it").code() == 0);
            long begin = System.nanoTime();
            rig.ok("rm", "-f", "it");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(LIMIT_SECONDS));
            assertThat(stuck.await(Running.PATIENCE).code()).isEqualTo(125);
        }
    }

    @Test
    void exec_failsOrHangs_andTheContainerGoesOn() {
        rig.ok("run", "-d", "--name", "other", "busybox", "sleep", "1000");
        rig.ok("run", "-d", "--name", "it", "--runtime", "odd", "busybox", "sleep", "1000");
        behave("fail exec");
        assertThat(rig.run("exec", "it", "true").code()).isEqualTo(126);
        behave("hang exec");
        try (Running attached = rig.docker().start("exec", "it", "true");
                Running detached = rig.docker().start("exec", "-d", "it", "true")) {
            othersAreServed();
            assertThat(attached.await(Duration.ofSeconds(LIMIT_SECONDS * 4L)).out())
                    .contains("did not end within");
            assertThat(detached.await(Duration.ofSeconds(LIMIT_SECONDS * 4L)).err())
                    .contains("did not end within");
        }
        behave("well -");
        assertThat(rig.ok("exec", "it", "echo", "in")).isEqualTo("in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fail delete", "hang delete", "fail kill", "hang state"})
    void removal_neverWaitsForTheRuntime(String how) {
        rig.ok("run", "-d", "--name", "it", "--runtime", "odd", "busybox", "sleep", "1000");
        rig.ok("run", "-d", "--name", "other", "busybox", "sleep", "1000");
        behave(how);
        rig.ok("kill", "it");
        rig.ok("rm", "-f", "it");
        othersAreServed();
    }

    /** Within a time that is far below the limit. */
    private static void othersAreServed() {
        long begin = System.nanoTime();
        rig.ok("ps", "-a");
        rig.ok("exec", "other", "true");
        assertThat(rig.sh("echo fine").out()).isEqualTo("fine\n");
        rig.ok("rm", "-f", "other");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(LIMIT_SECONDS));
    }
}
