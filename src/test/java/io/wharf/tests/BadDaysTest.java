package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes wrong around a container, and how little of it the others notice. */
class BadDaysTest {
    @RegisterExtension
    static final Rig rig = new Rig().properties("-Dwharf.kill.seconds=2");

    @Test
    @WharfOnly("its container is killed with its shim")
    void monitorKilled_containerGoesOn_andItsEndIsSeen() {
        String id = rig.ok(
                "run", "-d", "--name", "alone", "busybox", "sh", "-c", "until [ -e /go ]; do sleep 0.05; done; exit 7");
        killMonitor(id);
        Awaitility.await()
                .untilAsserted(() -> assertThat(rig.ok("inspect", "-f", "{{.State.Status}} {{.State.Error}}", "alone"))
                        .startsWith("running the monitor of the container was killed"));
        rig.ok("exec", "alone", "touch", "/go");
        assertThat(rig.ok("wait", "alone")).isEqualTo("7");
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "alone"))
                .isEqualTo("exited 7");
        rig.ok("start", "alone");
    }

    @Test
    @WharfOnly("its container is killed with its shim")
    void monitorKilled_whileTheEngineIsAway() {
        String id = rig.ok("run", "-d", "--name", "alone", "busybox", "sleep", "1000");
        rig.engine().kill();
        killMonitor(id);
        rig.engine().start();
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}}", "alone")).isEqualTo("running");
        assertThat(rig.ok("exec", "alone", "echo", "in")).isEqualTo("in");
        rig.ok("stop", "-t", "0", "alone");
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "alone"))
                .isEqualTo("exited 137");
    }

    private static void killMonitor(String id) {
        OwnProcesses.of(rig.engine().home()).stream()
                .filter(process -> process.arguments().contains("conmon")
                        && process.arguments().contains(id))
                .forEach(
                        process -> Running.run("kill", "-9", "" + process.pid()).ok());
    }

    @Test
    void fullPidTable_isToldByExec() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "full",
                "--pids-limit",
                "6",
                "busybox",
                "sh",
                "-c",
                "for i in 1 2 3 4; do sleep 1000 & done; wait");
        Awaitility.await().until(() -> rig.ok("top", "full").lines().count() >= 6);
        Ran ran = rig.run("exec", "full", "sh", "-c", "true & true & true & true & true & wait");
        assertThat(ran.code()).isNotZero();
        // The runtime's failure comes with the output, as with Docker; the shell's own on the error stream.
        assertThat(ran.out() + ran.err()).isNotBlank();
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}}", "full")).isEqualTo("running");
        assertThat(rig.sh("echo fine").out()).isEqualTo("fine\n");
    }

    @Test
    void ignoredSignal_endsWithTheTimeout_andZombiesAreNoHindrance() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "deaf",
                "busybox",
                "sh",
                "-c",
                "trap '' TERM; for i in $(seq 20); do sh -c 'true & exec true' & done; exec sleep 1000");
        long begin = System.nanoTime();
        rig.ok("stop", "-t", "1", "deaf");
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(900), Duration.ofSeconds(8));
        assertThat(rig.ok("inspect", "-f", "{{.State.ExitCode}}", "deaf")).isEqualTo("137");
    }

    @Test
    @WharfOnly("it waits longer")
    void unkillableProcess_isToldAfterABound_andClearedWhenItGoes() throws IOException {
        Path freezer = Path.of("/sys/fs/cgroup/freezer");
        assumeTrue(Files.isDirectory(freezer), "the freezer of cgroup v1, in which SIGKILL waits");
        String pid = rig.ok(
                "inspect", "-f", "{{.State.Pid}}", rig.ok("run", "-d", "--name", "stuck", "busybox", "sleep", "1000"));
        Path cgroup = Files.createDirectory(
                freezer.resolve("wharf-test-stuck-" + ProcessHandle.current().pid()));
        try {
            Files.writeString(cgroup.resolve("cgroup.procs"), pid);
            Files.writeString(cgroup.resolve("freezer.state"), "FROZEN");
            Ran removal = rig.run("rm", "-f", "stuck");
            assertThat(removal.code()).isNotZero();
            assertThat(removal.err()).contains("did not receive an exit event");
            assertThat(rig.ok("ps", "--format", "{{.Names}}")).isEqualTo("stuck");
            assertThat(rig.sh("echo fine").out()).isEqualTo("fine\n");
            Files.writeString(cgroup.resolve("freezer.state"), "THAWED");
            Awaitility.await()
                    .until(() -> rig.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "stuck")
                            .equals("exited 137"));
        } finally {
            Files.writeString(cgroup.resolve("freezer.state"), "THAWED");
            Awaitility.await()
                    .until(() ->
                            Files.readString(cgroup.resolve("cgroup.procs")).isEmpty());
            Files.delete(cgroup);
        }
        rig.ok("rm", "stuck");
    }

    @Test
    void clientThatStopsReading_delaysNobody_andCostsNoMemory() throws IOException {
        String id = rig.ok("create", "-i", "--name", "loud", "busybox", "sh", "-c", "read x; seq 3000000; echo end");
        try (SocketChannel attached = half("/containers/loud/attach?stream=1&stdout=1")) {
            rig.ok("start", "loud");
            try (SocketChannel follower = half("/containers/loud/logs?follow=1&stdout=1");
                    Running talker = rig.docker().start("attach", "--sig-proxy=false", "loud")) {
                long before = residentKilobytes();
                talker.write("go\n").closeInput();
                assertThat(rig.ok("wait", "loud")).isEqualTo("0");
                assertThat(rig.ok("logs", "--tail", "1", id)).isEqualTo("end");
                assertThat(rig.run("logs", id).ok().out().length()).isGreaterThan(22_000_000);
                assertThat(residentKilobytes() - before).as("growth in KiB").isLessThan(48 << 10);
                assertThat(follower.isOpen() && attached.isOpen()).isTrue();
            }
        }
    }

    /** A request whose answer is never read. */
    private static SocketChannel half(String path) throws IOException {
        SocketChannel channel = rig.http().connect();
        String method = path.contains("/attach") ? "POST" : "GET";
        channel.write(
                ByteBuffer.wrap((method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private static long residentKilobytes() {
        return Here.read(Path.of("/proc/" + rig.engine().pid() + "/status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }
}
