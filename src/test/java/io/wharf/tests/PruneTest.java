package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code docker container prune} and {@code docker system prune}. */
class PruneTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static String names() {
        return String.join(
                " ",
                rig.run("ps", "-a", "--format", "{{.Names}}").ok().lines().stream()
                        .sorted()
                        .toList());
    }

    @Test
    void prune_takesWhatDoesNotRun_andTellsWhatThatGives() {
        rig.ok("run", "-d", "--name", "runs", "busybox", "sleep", "1000");
        rig.ok("run", "-d", "--name", "paused", "busybox", "sleep", "1000");
        rig.ok("pause", "paused");
        rig.ok("run", "--name", "wrote", "-v", "/data", "busybox", "sh", "-c", "head -c 1000000 /dev/zero >/big");
        rig.ok("create", "--name", "created", "busybox");
        Instant before = Instant.now();
        String out = rig.ok("container", "prune", "-f");
        assertThat(out).contains("Deleted Containers:", "Total reclaimed space: 1MB");
        assertThat(names()).isEqualTo("paused runs");
        assertThat(rig.ok("volume", "ls", "-q")).isNotEmpty();
        assertThat(rig.ok(
                        "events",
                        "--since",
                        before.getEpochSecond() + "." + String.format("%09d", before.getNano()),
                        "--until",
                        Instant.now().getEpochSecond() + 1 + "",
                        "--filter",
                        "event=prune",
                        "--format",
                        "{{.Type}} {{.Action}} {{.Actor.Attributes.reclaimed}}"))
                .isEqualTo("container prune 1000000");
        assertThat(rig.http().post("/v1.40/containers/prune", "").body().strip())
                .isEqualTo("{\"ContainersDeleted\":null,\"SpaceReclaimed\":0}");
        rig.ok("unpause", "paused");
    }

    @Test
    void prune_filters() {
        rig.ok("create", "--name", "one", "-l", "keep=no", "busybox");
        rig.ok("create", "--name", "two", "-l", "keep=yes", "busybox");
        rig.ok("create", "--name", "three", "busybox");
        rig.ok("container", "prune", "-f", "--filter", "until=1h");
        assertThat(names()).isEqualTo("one three two");
        rig.ok("container", "prune", "-f", "--filter", "label=keep=no");
        assertThat(names()).isEqualTo("three two");
        rig.ok("container", "prune", "-f", "--filter", "label!=keep");
        assertThat(names()).isEqualTo("two");
        rig.ok("container", "prune", "-f", "--filter", "until=" + (Instant.now().getEpochSecond() + 100));
        assertThat(names()).isEmpty();
    }

    @Test
    void prune_wrongFilters_areRefused() {
        assertThat(rig.run("container", "prune", "-f", "--filter", "until=nonsense")
                        .err())
                .contains("failed to parse value as time or duration: \"nonsense\"");
        assertThat(rig.run("container", "prune", "-f", "--filter", "until=1h", "--filter", "until=2h")
                        .err())
                .contains("more than one until filter specified");
        assertThat(rig.http()
                        .post("/v1.40/containers/prune?filters=%7B%22name%22%3A%5B%22x%22%5D%7D", "")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void systemPrune_takesContainersAlong() {
        rig.ok("run", "--name", "gone", "busybox", "true");
        Ran ran = rig.run("system", "prune", "-f");
        assertThat(ran.out()).contains("Deleted Containers:");
        assertThat(names()).isEmpty();
    }
}
