package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The engine dies at once, by {@code kill -9}, and comes back: nothing is lost, nothing leaks. */
class CrashTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void runningContainers_haveNotNoticed() {
        String id = rig.ok("run", "-d", "--name", "alive", "busybox", "sleep", "1000");
        String before =
                rig.ok("inspect", "-f", "{{.State.Pid}} {{.State.StartedAt}} {{.NetworkSettings.IPAddress}}", id);
        crash();
        assertThat(rig.ok("inspect", "-f", "{{.State.Pid}} {{.State.StartedAt}} {{.NetworkSettings.IPAddress}}", id))
                .isEqualTo(before);
        assertThat(rig.ok("ps", "-q", "--no-trunc")).isEqualTo(id);
        assertThat(rig.ok("exec", id, "echo", "in")).isEqualTo("in");
        rig.ok("stop", "-t", "0", id);
        assertThat(rig.ok("wait", id)).isEqualTo("137");
    }

    @Test
    void exitCodes_ofWhatStoppedMeanwhile_areTold() {
        rig.ok("run", "-d", "--name", "short", "busybox", "sh", "-c", "until [ -e /go ]; do sleep 0.05; done; exit 42");
        rig.ok("exec", "-d", "short", "sh", "-c", "sleep 1; touch /go");
        rig.engine().kill();
        String pid = pidsOf("until").getFirst();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> !ProcessHandle.of(Long.parseLong(pid)).isPresent());
        rig.engine().start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(rig.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "short"))
                                .isEqualTo("exited 42"));
    }

    @Test
    void logs_areComplete() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "talker",
                "busybox",
                "sh",
                "-c",
                "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; [ $((i % 10)) = 0 ] && sleep 0.01; done");
        Awaitility.await()
                .until(() -> rig.run("logs", "--tail", "1", "talker").out().startsWith("line"));
        crash();
        crash();
        assertThat(rig.ok("wait", "talker")).isEqualTo("0");
        List<String> lines = rig.run("logs", "talker").lines();
        assertThat(lines)
                .isEqualTo(IntStream.rangeClosed(1, 3000)
                        .mapToObj(i -> "line " + i)
                        .toList());
    }

    @Test
    @WharfOnly("its proxies die with it, and its rules stay only for strangers")
    void publishedPorts_answerAllTheWhile() {
        String id = rig.ok(
                "run",
                "-d",
                "-p",
                "8080:80",
                "busybox",
                "sh",
                "-c",
                "mkdir /w; echo hello >/w/index.html; exec httpd -f -h /w");
        Awaitility.await().until(() -> fetch().equals("hello"));
        rig.engine().kill();
        assertThat(fetch()).isEqualTo("hello");
        assertThat(rig.machine()
                        .inHost("curl", "-s", "-m", "5", "http://127.0.0.1:8080/")
                        .text())
                .isEqualTo("hello");
        rig.engine().start();
        assertThat(fetch()).isEqualTo("hello");
        // The port is still known to be taken, and free once its owner is gone.
        assertThat(rig.run("run", "--rm", "-p", "8080:80", "busybox", "true").code())
                .isEqualTo(125);
        rig.ok("rm", "-f", id);
        rig.ok("run", "--rm", "-p", "8080:80", "busybox", "true");
    }

    @Test
    void attach_worksAgain() {
        rig.ok("run", "-di", "--name", "ear", "busybox", "sh", "-c", "while read x; do echo got $x; done");
        crash();
        try (Running attached = rig.docker().start("attach", "ear")) {
            attached.write("this\n").awaitOut("got this");
            rig.ok("kill", "ear");
            attached.await(Running.PATIENCE);
        }
        assertThat(rig.ok("logs", "ear")).isEqualTo("got this");
    }

    @Test
    @WharfOnly("it ends such containers when it starts again")
    void rmFlag_isRemembered() {
        rig.ok("run", "-d", "--rm", "--name", "fleeting", "-v", "/data", "busybox", "sleep", "1000");
        crash();
        rig.ok("kill", "fleeting");
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> rig.ok("ps", "-aq").isEmpty());
        assertThat(rig.ok("volume", "ls", "-q")).isEmpty();
    }

    @Test
    void restartPolicy_goesOn() {
        rig.ok("run", "-d", "--name", "eternal", "--restart", "always", "busybox", "sleep", "1000");
        rig.engine().kill();
        String pid = pidsOf("sleep 1000").getFirst();
        Running.run("kill", "-9", pid).ok();
        rig.engine().start();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            String now = rig.ok("inspect", "-f", "{{.State.Running}} {{.State.Pid}}", "eternal");
            return now.startsWith("true") && !now.endsWith(" " + pid);
        });
    }

    @Test
    @WharfOnly("it has no monitors like these")
    void monitorThatDiedToo_isTold() {
        rig.ok("run", "-d", "--name", "orphan", "busybox", "sleep", "1000");
        rig.engine().kill();
        // Once the monitor is dead its container is nobody's child here any more.
        List<String> payload = pidsOf("sleep 1000");
        OwnProcesses.of(rig.engine().home()).stream()
                .filter(p -> p.arguments().contains("conmon"))
                .forEach(p -> Running.run("kill", "-9", "" + p.pid()));
        payload.forEach(pid -> Running.run("kill", "-9", pid));
        rig.engine().start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(rig.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "orphan"))
                                .isEqualTo("exited 137"));
        assertThat(rig.ok("inspect", "-f", "{{.State.Error}}", "orphan")).isNotEmpty();
        rig.ok("start", "orphan");
    }

    @Test
    @WharfOnly("it has been seen to leave layers and shims behind")
    void halfMadeThings_areGone() {
        // Creates, starts and removes are cut at whatever point they are; the leak check after the class judges.
        for (int round = 0; round < 4; round++) {
            try (Running storm = Running.start(
                    List.of(
                            "bash",
                            "-c",
                            "for i in $(seq 8); do (docker run --rm busybox true; docker create -v /x"
                                    + " busybox; docker run -d busybox sleep 1000; docker rm -f $(docker ps -q)) & done; wait"),
                    java.util.Map.of("DOCKER_HOST", "unix://" + rig.engine().socket()))) {
                long moment = 150 + 137L * round;
                Awaitility.await().pollDelay(Duration.ofMillis(moment)).until(() -> true);
                crash();
                storm.kill();
            }
            for (String line :
                    rig.run("ps", "-a", "--format", "{{.ID}} {{.State}}").ok().lines()) {
                assertThat(line.split(" ")[1]).isIn("created", "running", "exited");
                rig.ok("rm", "-f", line.split(" ")[0]);
            }
        }
        assertThat(rig.sh("echo fine").out()).isEqualTo("fine\n");
    }

    @Test
    void stoppedInOrder_andStartedAgain() {
        String id = rig.ok("run", "-d", "--name", "kept", "busybox", "sleep", "1000");
        rig.run("run", "--name", "old", "busybox", "sh", "-c", "echo x; exit 3");
        rig.engine().stop();
        rig.engine().start();
        assertThat(rig.ok("ps", "-q", "--no-trunc")).isEqualTo(id);
        assertThat(rig.ok("inspect", "-f", "{{.State.ExitCode}}", "old")).isEqualTo("3");
        assertThat(rig.ok("logs", "old")).isEqualTo("x");
        rig.ok("start", "old");
    }

    private static void crash() {
        rig.engine().kill();
        rig.engine().start();
    }

    private static String fetch() {
        return rig.machine()
                .inNeighbour("curl", "-s", "-m", "5", "http://" + Machine.HOST + ":8080/")
                .text();
    }

    /** Processes of containers of this engine whose arguments contain a text. */
    private static List<String> pidsOf(String text) {
        return OwnProcesses.of(rig.engine().home()).stream()
                .filter(p -> p.arguments().contains(text)
                        && !p.arguments().contains("conmon")
                        && !p.arguments().contains("docker"))
                .map(p -> "" + p.pid())
                .toList();
    }
}
