package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code attach} and {@code start -a}: streams that miss nothing. */
class AttachTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void start_a_missesNothing() {
        // The client attaches before it starts: the very first bytes must arrive.
        for (int i = 0; i < 5; i++) {
            String id = rig.ok("create", "busybox", "sh", "-c", "echo first; echo error >&2; exit 7");
            Ran ran = rig.run("start", "-a", id);
            assertThat(ran.out()).isEqualTo("first\n");
            assertThat(ran.err()).isEqualTo("error\n");
            assertThat(ran.code()).isEqualTo(7);
        }
    }

    @Test
    void start_ai_passesInput() {
        String id = rig.ok("create", "-i", "busybox", "cat");
        assertThat(rig.docker().pipe("through\n", "start", "-ai", id).out()).isEqualTo("through\n");
    }

    @Test
    void attach_seesWhatComes_andTheExitCode() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "talk",
                "busybox",
                "sh",
                "-c",
                "until [ -e /go ]; do sleep 0.05; done; echo said; echo err >&2; exit 9");
        try (Running attached = rig.docker().start("attach", "talk")) {
            awaitAttached("talk", 1);
            rig.ok("exec", "talk", "touch", "/go");
            Ran ran = attached.await(Running.PATIENCE);
            assertThat(ran.out()).isEqualTo("said\n");
            assertThat(ran.err()).isEqualTo("err\n");
            assertThat(ran.code()).isEqualTo(9);
        }
    }

    @Test
    void attach_toInput_ofARunningContainer() {
        rig.ok("run", "-di", "--name", "ear", "busybox", "cat");
        try (Running attached = rig.docker().start("attach", "ear")) {
            attached.write("typed\n").awaitOut("typed\n");
            // Whoever attaches later does not close what the first left open.
            attached.closeInput();
            assertThat(rig.ok("inspect", "-f", "{{.State.Running}}", "ear")).isEqualTo("true");
            rig.ok("kill", "ear");
            assertThat(attached.await(Running.PATIENCE).code()).isEqualTo(137);
        }
        assertThat(rig.ok("logs", "ear")).isEqualTo("typed");
    }

    @Test
    void attach_toAStoppedContainer_isRefused() {
        rig.ok("run", "--name", "done", "busybox", "true");
        Ran ran = rig.run("attach", "done");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("cannot attach to a stopped container");
    }

    @Test
    void attach_toNoStream_endsAtOnce() {
        rig.ok("run", "-d", "--name", "quiet", "busybox", "sleep", "1000");
        assertThat(rig.http()
                        .post("/v1.40/containers/quiet/attach?stream=1&stdin=0&stdout=0&stderr=0", "")
                        .body())
                .isEmpty();
    }

    @Test
    void attach_passesSignals() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "trap",
                "busybox",
                "sh",
                "-c",
                "trap 'echo caught; exit 3' TERM; while :; do echo ready; sleep 0.05; done");
        try (Running attached = rig.docker().start("attach", "trap")) {
            // Before it has an answer, a signal ends the client itself.
            attached.awaitOut("ready");
            Running.run("kill", "-TERM", "" + attached.pid()).ok();
            Ran ran = attached.await(Running.PATIENCE);
            assertThat(ran.out()).contains("caught");
            assertThat(ran.code()).isEqualTo(3);
        }
    }

    @Test
    void attach_severalClients_allGetEverything() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "many",
                "busybox",
                "sh",
                "-c",
                "until [ -e /go ]; do sleep 0.05; done; seq 20000");
        try (Running one = rig.docker().start("attach", "--no-stdin", "many");
                Running two = rig.docker().start("attach", "--no-stdin", "many")) {
            awaitAttached("many", 2);
            rig.ok("exec", "many", "touch", "/go");
            assertThat(one.await(Running.PATIENCE).lines()).hasSize(20000);
            assertThat(two.await(Running.PATIENCE).lines()).hasSize(20000);
        }
    }

    @Test
    @WharfOnly("a client that does not read stops the container")
    void slowReader_doesNotStopTheContainer() throws Exception {
        rig.ok(
                "run",
                "-d",
                "--name",
                "fast",
                "busybox",
                "sh",
                "-c",
                "until [ -e /go ]; do sleep 0.05; done; seq 3000000; touch /done; sleep 1000");
        try (var channel = rig.http().connect()) {
            channel.write(java.nio.ByteBuffer.wrap(("POST /containers/fast/attach?stream=1&stdout=1 HTTP/1.1\r\n"
                            + "Host: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            var head = java.nio.ByteBuffer.allocate(12);
            channel.read(head);
            assertThat(new String(head.array(), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo("HTTP/1.1 101");
            // Nothing more is read from here on: 20 MB have nowhere to go but the log.
            rig.ok("exec", "fast", "touch", "/go");
            Awaitility.await()
                    .atMost(Running.PATIENCE)
                    .until(() -> rig.run("exec", "fast", "ls", "/done").code() == 0);
        }
        assertThat(rig.ok("logs", "--tail", "1", "fast")).isEqualTo("3000000");
    }

    @Test
    void run_a_choosesStreams() {
        Ran ran = rig.run("run", "--rm", "-a", "stderr", "busybox", "sh", "-c", "echo out; echo err >&2");
        assertThat(ran.err()).isEqualTo("err\n");
        assertThat(ran.out()).doesNotContain("out");
    }

    /** The events by which the engine tells that so many are attached now. */
    private static void awaitAttached(String container, int clients) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            String events = rig.ok(
                    "events",
                    "--since",
                    "10m",
                    "--until",
                    "0s",
                    "--filter",
                    "container=" + container,
                    "--format",
                    "{{.Action}}");
            return events.lines().filter("attach"::equals).count() >= clients;
        });
    }
}
