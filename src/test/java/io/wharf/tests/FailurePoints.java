package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Lets the engine die, or a step fail, in the middle of verbs that change a container: it comes back, nothing hangs,
 * nothing leaks, states are true, and the container can be started and removed.
 *
 * <p>Which steps there are, each verb is asked first: no list has to be kept.
 */
abstract class FailurePoints {
    private static final Path FILE = file();

    @RegisterExtension
    static final Rig rig = new Rig().properties("-Dwharf.failpoints=" + FILE, "-Dwharf.kill.seconds=3");

    /** What is done to the container {@code it}, after what has been done to it before. */
    enum Verb {
        CREATE(List.of(), "create --name it -v /data -p 8080:80 busybox sleep 1000"),
        START(List.of("create --name it -v /data -p 8080:80 busybox sleep 1000"), "start it"),
        START_MOUNTED(
                List.of("create --name it --mount type=volume,dst=/etc,volume-opt=type=tmpfs,volume-opt=device=tmpfs"
                        + " -v /bin busybox sleep 1000"),
                "start it"),
        EXEC(List.of("run -d --name it busybox sleep 1000"), "exec it true"),
        EXEC_DETACHED(List.of("run -d --name it busybox sleep 1000"), "exec -d it sleep 1000"),
        PAUSE(List.of("run -d --name it busybox sleep 1000"), "pause it"),
        UNPAUSE(List.of("run -d --name it busybox sleep 1000", "pause it"), "unpause it"),
        RENAME(List.of("run -d --name other busybox sleep 1000"), "rename other it"),
        STOP(List.of("run -d --name it busybox sleep 1000"), "stop -t 0 it"),
        KILL(List.of("run -d --name it -m 16m busybox sleep 1000"), "kill it"),
        RESTART(List.of("run -d --name it -v /data busybox sleep 1000"), "restart -t 0 it"),
        REMOVE(List.of("run -d --name it -v /data -p 8080:80 busybox sleep 1000"), "rm -fv it"),
        REMOVE_BY_ITSELF(List.of("run -d --rm --name it -v /data busybox sleep 1000"), "kill it"),
        START_IN_NETWORKS(
                List.of(
                        "network create one",
                        "network create two",
                        "create --name it --network one --network two -p 8080:80 busybox sleep 1000"),
                "start it"),
        CONNECT(
                List.of("network create one", "run -d --name it -p 8080:80 busybox sleep 1000"),
                "network connect --gw-priority 1 one it"),
        DISCONNECT(
                List.of(
                        "network create one",
                        "run -d --name it -p 8080:80 busybox sleep 1000",
                        "network connect --gw-priority 1 one it"),
                "network disconnect one it"),
        CREATE_NETWORK(List.of(), "network create --ipv6 --subnet 10.66.0.0/24 net"),
        REMOVE_NETWORK(List.of("network create --ipv6 net"), "network rm net");

        private final List<String> before;
        private final String command;

        Verb(List<String> before, String command) {
            this.before = before;
            this.command = command;
        }

        void prepare() {
            before.forEach(each -> rig.ok(each.split(" ")));
        }

        /** Whatever comes of it: at most it may not hang. */
        void act() {
            rig.run(command.split(" "));
        }
    }

    private static Path file() {
        try {
            return Files.createTempDirectory(Path.of("/tmp"), "wharf-points.").resolve("armed");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void tidy() throws IOException {
        for (Path each : List.of(FILE, seenFile(), FILE.getParent())) {
            Files.deleteIfExists(each);
        }
    }

    /** Lets the engine die at each of some steps of a verb, as far as that is one of its own. */
    static void die(Verb verb, List<String> steps) {
        Leaks before = new Leaks(rig.engine());
        for (String step : steps) {
            // Dying before a commit is dying after the step before it.
            if (step.matches("(commit|record|strike) .*")) {
                continue;
            }
            try {
                verb.prepare();
                arm(step + " kill");
                verb.act();
                boolean dead = reached(step) && died();
                disarm();
                if (dead) {
                    rig.engine().start();
                }
                check();
                before.assertNone(rig.engine());
            } catch (AssertionError | ConditionTimeoutException e) {
                throw new AssertionError("death at " + step + " of " + verb + ": " + e.getMessage(), e);
            }
        }
    }

    /** Lets each of some steps of a verb fail, as far as it can. */
    static void fail(Verb verb, List<String> steps) {
        Leaks before = new Leaks(rig.engine());
        for (String step : steps) {
            // Of the ledger, records fail one by one.
            if (step.contains("!") || step.startsWith("commit store-kernel")) {
                continue;
            }
            try {
                verb.prepare();
                arm(step + " fail");
                verb.act();
                disarm();
                check();
                before.assertNone(rig.engine());
            } catch (AssertionError | ConditionTimeoutException e) {
                throw new AssertionError("failure of " + step + " of " + verb + ": " + e.getMessage(), e);
            }
        }
    }

    /** The steps that a verb goes through when all goes well. */
    static List<String> steps(Verb verb) {
        verb.prepare();
        arm("list");
        verb.act();
        // What follows an answer is a step as well.
        int[] count = {0};
        Awaitility.await()
                .pollDelay(Duration.ofMillis(150))
                .pollInterval(Duration.ofMillis(150))
                .until(() -> count[0] == (count[0] = seen().size()));
        disarm();
        List<String> steps = seen();
        assertThat(steps).isNotEmpty();
        check();
        System.out.println(verb + ": " + steps.size() + " steps: " + steps);
        return steps;
    }

    /** Waits a moment for a step that comes after the client has its answer; by chance, it may not come at all. */
    private static boolean reached(String step) {
        for (int look = 0; look < 100; look++) {
            if (seen().contains(step)) {
                return true;
            }
            Awaitility.await().pollDelay(Duration.ofMillis(10)).until(() -> true);
        }
        return false;
    }

    /** Whether the engine has died; a death may come a moment after the client's answer. */
    private static boolean died() {
        for (int look = 0; look < 150; look++) {
            if (!rig.engine().alive()) {
                return true;
            }
            Awaitility.await().pollDelay(Duration.ofMillis(10)).until(() -> true);
        }
        return false;
    }

    /** The states are true, and every container can be used and removed. */
    private static void check() {
        // A container that goes with its end does so after whoever ended it has his answer.
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> rig.ok("ps", "-aq", "-f", "status=removing").isEmpty());
        for (String line : rig.ok("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.State}}")
                .lines()
                .toList()) {
            String id = line.split(" ")[0];
            String state = line.split(" ")[1];
            // Dead: its removal failed, says so, and can be tried again.
            assertThat(state).isIn("created", "running", "paused", "exited", "dead");
            if (state.equals("dead")) {
                rig.ok("rm", "-fv", id);
                continue;
            }
            int pid = Integer.parseInt(rig.ok("inspect", "-f", "{{.State.Pid}}", id));
            assertThat(pid != 0 && Files.exists(Path.of("/proc/" + pid)))
                    .as("%s has a process", line)
                    .isEqualTo(state.equals("running") || state.equals("paused"));
            switch (state) {
                case "paused" -> rig.ok("unpause", id);
                case "running" -> {}
                default -> rig.ok("start", id);
            }
            // It has a link for each network that it is said to be in.
            assertThat(rig.ok("exec", id, "sh", "-c", "ls -d /sys/class/net/eth* | wc -l"))
                    .isEqualTo(rig.ok("inspect", "-f", "{{len .NetworkSettings.Networks}}", id));
            rig.ok("rm", "-fv", id);
        }
        assertThat(rig.ok("volume", "ls", "-q")).isEmpty();
        for (String network :
                rig.ok("network", "ls", "-q", "--filter", "type=custom").lines().toList()) {
            rig.ok("run", "--rm", "--network", network, "busybox", "ip", "route", "get", "10.255.255.1");
            rig.ok("network", "rm", network);
        }
        // Links go a moment after their networks.
        Awaitility.await()
                .until(() -> !rig.machine().inHost("ip", "-o", "link").text().contains(": br-"));
    }

    private static void arm(String text) {
        write(text);
    }

    private static void disarm() {
        write("");
    }

    private static void write(String text) {
        try {
            if (!text.isEmpty()) {
                Files.deleteIfExists(seenFile());
            }
            Path next = FILE.resolveSibling("next");
            Files.writeString(next, text);
            Files.move(next, FILE, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path seenFile() {
        return FILE.resolveSibling("armed.seen");
    }

    private static List<String> seen() {
        try (Stream<String> lines = Files.exists(seenFile()) ? Files.lines(seenFile()) : Stream.empty()) {
            return new ArrayList<>(lines.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
