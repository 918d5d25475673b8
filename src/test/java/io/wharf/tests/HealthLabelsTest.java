package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Probes that the engine makes itself in the container's network, and what follows when they fail. */
@WharfOnly("it knows nothing of these labels")
class HealthLabelsTest {
    private static final String SERVER =
            "mkdir /w; echo fine >/w/ok; echo begun >/w/index.html; httpd -f -p 8080 -h /w";

    @RegisterExtension
    static final Rig rig = new Rig();

    private static void awaitHealth(String name, String status) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(15))
                .until(() -> rig.ok("inspect", "-f", "{{.State.Health.Status}}", name), status::equals);
    }

    private static String last(String name) {
        return rig.ok("inspect", "-f", "{{range .State.Health.Log}}{{.ExitCode}} {{.Output}}\n{{end}}", name);
    }

    private static String labelled(String name, String script, String... labels) {
        String[] all = new String[8 + 2 * labels.length + 4];
        String[] head = {
            "run", "-d", "--name", name, "-l", "wharf.health.interval=100ms", "-l", "wharf.health.retries=2"
        };
        System.arraycopy(head, 0, all, 0, head.length);
        for (int i = 0; i < labels.length; i++) {
            all[head.length + 2 * i] = "-l";
            all[head.length + 2 * i + 1] = labels[i];
        }
        String[] tail = {"busybox", "sh", "-c", script};
        System.arraycopy(tail, 0, all, all.length - 4, 4);
        return rig.ok(all);
    }

    @Test
    void http_decidesByTheStatus() {
        labelled("web", SERVER, "wharf.health.http=:8080/ok");
        awaitHealth("web", "healthy");
        assertThat(last("web")).contains("0 GET http://127.0.0.1:8080/ok: 200 OK\nfine");
        rig.ok("exec", "web", "rm", "/w/ok");
        awaitHealth("web", "unhealthy");
        assertThat(last("web")).contains("1 GET http://127.0.0.1:8080/ok: 404 Not Found");
        // The engine asks by itself: no exec has been made for it.
        assertThat(rig.ok("inspect", "-f", "{{json .ExecIDs}}", "web")).isEqualTo("null");
    }

    @Test
    void http_whereNobodyListens_hasFailed() {
        labelled("deaf", "sleep 1000", "wharf.health.http=:8080/");
        awaitHealth("deaf", "unhealthy");
        assertThat(last("deaf")).contains("Connection refused (ECONNREFUSED)");
    }

    @Test
    void http_whoNeverAnswers_hasFailed_inItsTime() {
        labelled(
                "mute",
                "mkfifo /tmp/f; exec 3<>/tmp/f; while :; do nc -l -p 8080 <&3 >/dev/null; done",
                "wharf.health.http=:8080/",
                "wharf.health.timeout=200ms");
        awaitHealth("mute", "unhealthy");
        assertThat(last("mute")).contains("-1 Health check exceeded timeout (200ms)");
    }

    @Test
    void tcp_isWellWhenItIsAccepted() {
        labelled("port", SERVER, "wharf.health.tcp=:8080");
        awaitHealth("port", "healthy");
        assertThat(last("port")).contains("0 tcp 127.0.0.1:8080: accepted");
        rig.ok("restart", "-t", "0", "port");
        awaitHealth("port", "healthy");
    }

    @Test
    void network_ofAnother_isThatOnes() {
        labelled("server", SERVER, "wharf.health.tcp=:8080");
        rig.ok(
                "run",
                "-d",
                "--name",
                "sharer",
                "--network",
                "container:server",
                "-l",
                "wharf.health.tcp=:8080",
                "-l",
                "wharf.health.interval=100ms",
                "busybox",
                "sleep",
                "1000");
        awaitHealth("sharer", "healthy");
    }

    @Test
    void onUnhealthy_restart_restartsWithItsReason() {
        labelled(
                "sick",
                "trap 'exit 9' TERM; sleep 1000 & wait",
                "wharf.health.tcp=:8080",
                "wharf.on-unhealthy=restart");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Integer.parseInt(rig.ok("inspect", "-f", "{{.RestartCount}}", "sick")) >= 2);
        assertThat(events("sick"))
                .contains("restart 1 unhealthy: 2 probes failed one after another")
                .contains("die 1 unhealthy: 2 probes failed one after another")
                .contains("restart 2 unhealthy: ");
        Awaitility.await()
                .until(() ->
                        rig.ok("inspect", "-f", "{{.State.Status}}", "sick").equals("restarting"));
        // A stop by hand ends the wait, and it stays so.
        rig.ok("stop", "sick");
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}}", "sick")).isEqualTo("exited");
        rig.ok("start", "sick");
        assertThat(rig.ok("inspect", "-f", "{{.RestartCount}}", "sick")).isEqualTo("0");
    }

    @Test
    void onUnhealthy_stop_staysStopped_whateverThePolicy() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "ill",
                "--restart",
                "always",
                "--health-cmd",
                "echo poor; exit 1",
                "--health-interval",
                "100ms",
                "--health-retries",
                "1",
                "--stop-signal",
                "KILL",
                "-l",
                "wharf.on-unhealthy=stop",
                "busybox",
                "sleep",
                "1000");
        Awaitility.await()
                .until(() -> rig.ok("inspect", "-f", "{{.State.Status}}", "ill").equals("exited"));
        assertThat(rig.ok("inspect", "-f", "{{.State.Error}}", "ill"))
                .isEqualTo("unhealthy: 1 probes failed one after another, the last with exit code 1: poor");
        Awaitility.await()
                .untilAsserted(() -> assertThat(events("ill")).contains("stop <no value> unhealthy: 1 probes"));
        assertThat(rig.ok("inspect", "-f", "{{.RestartCount}}", "ill")).isEqualTo("0");
    }

    private static String events(String name) {
        return rig.ok(
                "events",
                "--since",
                "0",
                "--until",
                java.time.Instant.now().getEpochSecond() + 1 + "",
                "--filter",
                "container=" + name,
                "--format",
                "{{.Action}} {{.Actor.Attributes.unhealthyRestarts}} {{.Actor.Attributes.reason}}");
    }

    @Test
    void wrongLabels_areRefusedByName() {
        for (String label : new String[] {
            "wharf.health.http=nonsense",
            "wharf.health.tcp=:0",
            "wharf.health.interval=soon",
            "wharf.health.other=1",
            "wharf.on-unhealthy=reboot"
        }) {
            Ran ran = rig.run("create", "-l", label, "busybox");
            assertThat(ran.code()).as(label).isEqualTo(1);
            assertThat(ran.err()).contains("invalid label " + label.substring(0, label.indexOf('=')));
        }
    }
}
