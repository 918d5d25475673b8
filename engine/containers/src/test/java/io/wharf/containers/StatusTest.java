package io.wharf.containers;

import static io.wharf.containers.Status.CREATED;
import static io.wharf.containers.Status.DEAD;
import static io.wharf.containers.Status.EXITED;
import static io.wharf.containers.Status.PAUSED;
import static io.wharf.containers.Status.REMOVING;
import static io.wharf.containers.Status.RESTARTING;
import static io.wharf.containers.Status.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.WharfException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatusTest {
    /** The diagram, written down a second time. */
    private static final Map<Status, Set<Status>> WAYS = Map.of(
            CREATED, Set.of(RUNNING, REMOVING),
            RUNNING, Set.of(PAUSED, RESTARTING, EXITED),
            PAUSED, Set.of(RUNNING, RESTARTING, EXITED),
            RESTARTING, Set.of(RUNNING, EXITED),
            EXITED, Set.of(RUNNING, RESTARTING, REMOVING),
            REMOVING, Set.of(DEAD),
            DEAD, Set.of(REMOVING));

    @Test
    void become_onlyWhereTheDiagramHasAWay() {
        for (Status from : Status.values()) {
            for (Status to : Status.values()) {
                if (WAYS.get(from).contains(to)) {
                    assertThat(from.become(to)).isEqualTo(to);
                } else {
                    assertThatThrownBy(() -> from.become(to))
                            .isInstanceOf(WharfException.class)
                            .hasMessage("a container that is " + from.word() + " cannot become " + to.word());
                }
            }
        }
    }

    @Test
    void running_countsDelaysAndPauses() {
        assertThat(Set.of(Status.values()).stream().filter(Status::countsAsRunning))
                .containsExactlyInAnyOrder(RUNNING, PAUSED, RESTARTING);
        assertThat(Set.of(Status.values()).stream().filter(Status::hasProcess))
                .containsExactlyInAnyOrder(RUNNING, PAUSED);
    }

    @Test
    void notStarted_keepsWhatItWas_andEndsARestart() {
        assertThat(State.NEW.notStarted(127, "why").status()).isEqualTo(CREATED);
        State restarting = new State(RESTARTING, 0, 1, "", false, 5, 6, 2, null, null, 0);
        State after = restarting.notStarted(128, "port taken");
        assertThat(after.status()).isEqualTo(EXITED);
        assertThat(after.exitCode()).isEqualTo(128);
        assertThat(after.error()).isEqualTo("port taken");
    }
}
