package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two clients that do all sorts of things to the same container at once: {@code -Dwharf.race.turns} says how often. */
class RaceTest {
    private static final int TURNS = Integer.getInteger("wharf.race.turns", 60);

    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void sameContainer_manyVerbsAtOnce_leavesATrueState() throws InterruptedException {
        List<Thread> clients = new ArrayList<>();
        List<String> broken = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 2; i++) {
            Random random = new Random(i);
            clients.add(Thread.ofVirtual().start(() -> {
                for (int turn = 0; turn < TURNS; turn++) {
                    Http.Reply reply = act(random.nextInt(9));
                    // Refused in words, or done; a failure of the engine's own is neither.
                    if (reply.status() >= 500 && !reply.body().contains("is not paused")) {
                        broken.add(reply.status() + " " + reply.body());
                    }
                }
            }));
        }
        for (Thread client : clients) {
            client.join(Duration.ofSeconds(60 + TURNS));
        }
        assertThat(broken).isEmpty();
        for (String line :
                rig.ok("ps", "-a", "--format", "{{.ID}} {{.State}}").lines().toList()) {
            assertThat(line.split(" ")[1]).isIn("created", "running", "paused", "exited");
            rig.ok("rm", "-f", line.split(" ")[0]);
        }
        assertThat(rig.sh("echo fine").out()).isEqualTo("fine\n");
    }

    private static Http.Reply act(int verb) {
        Http http = rig.http();
        return switch (verb) {
            case 0, 1 -> {
                Http.Reply made =
                        http.post("/containers/create?name=it", "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"1000\"]}");
                yield made.status() == 201 ? http.post("/containers/it/start", "") : made;
            }
            case 2 -> http.post("/containers/it/start", "");
            case 3 -> http.post("/containers/it/stop?t=0", "");
            case 4 -> http.post("/containers/it/pause", "");
            case 5 -> http.post("/containers/it/unpause", "");
            case 6 -> {
                http.post("/containers/it/rename?name=other", "");
                yield http.post("/containers/other/rename?name=it", "");
            }
            case 7 -> http.post("/containers/it/exec", "{\"Cmd\":[\"true\"]}");
            default -> http.delete("/containers/it?force=1");
        };
    }
}
