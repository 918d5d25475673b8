package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code docker events}, live and from the past. */
class EventsTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void aRun_tellsItsStory() {
        Instant before = Instant.now();
        rig.run("run", "--name", "told", "busybox", "sh", "-c", "exit 3");
        rig.ok("rm", "told");
        assertThat(past(before, "container=told")).containsExactly("create", "attach", "start", "die", "destroy");
    }

    @Test
    void live_arriveAsTheyHappen() {
        try (Running live = rig.docker()
                .start(
                        "events",
                        "--filter",
                        "container=told",
                        "--format",
                        "{{.Action}} {{.Actor.Attributes.exitCode}}")) {
            // The subscription has no sign of its own: it is there once something of it is heard.
            Awaitility.await().until(() -> {
                rig.run("run", "--rm", "--name", "told", "busybox", "sh", "-c", "exit 3");
                return live.out().contains("destroy");
            });
            assertThat(live.out()).contains("create", "start", "die 3", "destroy");
        }
    }

    @Test
    void since_comesBeforeLive() {
        Instant before = Instant.now();
        rig.ok("create", "--name", "early", "busybox");
        try (Running events = rig.docker()
                .start("events", "--since", stamp(before), "--format", "{{.Action}} {{.Actor.Attributes.name}}")) {
            events.awaitOut("create early");
            rig.ok("rename", "early", "later");
            events.awaitOut("rename later");
        }
    }

    @Test
    void filters_choose() {
        Instant before = Instant.now();
        rig.ok("volume", "create", "vol");
        rig.ok("create", "--name", "made", "-l", "tier=web", "busybox");
        rig.ok("create", "--name", "other", "busybox");
        assertThat(past(before, "type=volume")).contains("create").doesNotContain("start");
        assertThat(past(before, "type=container")).containsExactly("create", "create");
        assertThat(past(before, "label=tier=web")).containsExactly("create");
        assertThat(past(before, "event=destroy")).isEmpty();
        assertThat(past(before, "image=busybox")).containsExactly("create", "create");
    }

    @Test
    void verbs_haveTheirEvents() {
        rig.ok("run", "-d", "--name", "verbs", "busybox", "sleep", "1000");
        Instant before = Instant.now();
        rig.ok("pause", "verbs");
        rig.ok("unpause", "verbs");
        rig.ok("exec", "verbs", "true");
        rig.ok("kill", "-s", "HUP", "verbs");
        rig.ok("restart", "-t", "0", "verbs");
        rig.ok("stop", "-t", "0", "verbs");
        List<String> actions = past(before, "container=verbs");
        assertThat(actions).contains("pause", "unpause", "restart", "stop", "kill", "die", "start");
        assertThat(actions).anyMatch(action -> action.startsWith("exec_create: true"));
        assertThat(actions).anyMatch(action -> action.startsWith("exec_start: true"));
        assertThat(actions).contains("exec_die");
        assertThat(actions.lastIndexOf("stop")).isGreaterThan(actions.indexOf("restart"));
    }

    @Test
    void images_haveTheirEvents() {
        Instant before = Instant.now();
        rig.ok("tag", "busybox", "again:1");
        rig.ok("rmi", "again:1");
        assertThat(past(before, "type=image")).containsExactly("tag", "untag");
    }

    @Test
    void networks_haveTheirEvents() {
        Instant before = Instant.now();
        rig.ok("run", "--rm", "busybox", "true");
        assertThat(past(before, "type=network")).containsExactly("connect", "disconnect");
    }

    @Test
    void raw_hasDockersShape() {
        Instant before = Instant.now();
        String id = rig.ok("create", "--name", "shape", "busybox");
        String json =
                rig.ok("events", "--since", stamp(before), "--until", stamp(Instant.now()), "--format", "{{json .}}");
        assertThat(json)
                .contains("\"status\":\"create\"", "\"id\":\"" + id + "\"", "\"from\":\"busybox\"")
                .contains("\"Type\":\"container\"", "\"Action\":\"create\"", "\"scope\":\"local\"")
                .contains("\"name\":\"shape\"", "\"image\":\"busybox\"")
                .containsPattern("\"time\":\\d{10},\"timeNano\":\\d{19}");
    }

    private static List<String> past(Instant since, String filter) {
        return rig.run(
                        "events",
                        "--since",
                        stamp(since),
                        "--until",
                        stamp(Instant.now()),
                        "--filter",
                        filter,
                        "--format",
                        "{{.Action}}")
                .ok()
                .lines();
    }

    private static String stamp(Instant instant) {
        return instant.getEpochSecond() + "." + String.format("%09d", instant.getNano());
    }
}
