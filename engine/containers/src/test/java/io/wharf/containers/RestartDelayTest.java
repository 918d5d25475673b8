package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.contracts.HostConfig.RestartPolicy;
import org.junit.jupiter.api.Test;

class RestartDelayTest {
    private static final State ENDED = new State(Status.EXITED, 0, 1, "", false, 5, 6, 0, null, null, 0);

    private static boolean wanted(String policy, int max, int code, int count, boolean byHand) {
        return RestartDelay.wanted(new RestartPolicy(policy, max), code, count, byHand);
    }

    @Test
    void wanted_followsThePolicy() {
        assertThat(wanted("no", 0, 1, 0, false)).isFalse();
        assertThat(wanted("", 0, 1, 0, false)).isFalse();
        assertThat(wanted("always", 0, 0, 99, false)).isTrue();
        assertThat(wanted("unless-stopped", 0, 0, 99, false)).isTrue();
        assertThat(wanted("on-failure", 0, 0, 0, false)).isFalse();
        assertThat(wanted("on-failure", 0, 1, 99, false)).isTrue();
        assertThat(wanted("on-failure", 2, 1, 1, false)).isTrue();
        assertThat(wanted("on-failure", 2, 1, 2, false)).isFalse();
    }

    @Test
    void wanted_stoppedByHand_never() {
        for (String policy : new String[] {"always", "unless-stopped", "on-failure"}) {
            assertThat(wanted(policy, 0, 1, 0, true)).as(policy).isFalse();
        }
    }

    @Test
    void next_doublesUpToAMinute_andStartsAnewAfterACalmRun() {
        int delay = 0;
        int[] seen = new int[12];
        for (int i = 0; i < seen.length; i++) {
            delay = RestartDelay.next(delay, 1);
            seen[i] = delay;
        }
        assertThat(seen).containsExactly(100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000);
        assertThat(RestartDelay.next(60_000, 10_000_000_000L)).isEqualTo(100);
    }

    @Test
    void wantedAtStart_onlyOfThoseThatEverRan() {
        assertThat(RestartDelay.wantedAtStart(new RestartPolicy("always", 0), ENDED, true))
                .isTrue();
        assertThat(RestartDelay.wantedAtStart(new RestartPolicy("always", 0), State.NEW, false))
                .isFalse();
        assertThat(RestartDelay.wantedAtStart(new RestartPolicy("unless-stopped", 0), ENDED, false))
                .isTrue();
        assertThat(RestartDelay.wantedAtStart(new RestartPolicy("unless-stopped", 0), ENDED, true))
                .isFalse();
        assertThat(RestartDelay.wantedAtStart(new RestartPolicy("on-failure", 0), ENDED, true))
                .isTrue();
        assertThat(RestartDelay.wantedAtStart(new RestartPolicy("on-failure", 0), State.NEW, false))
                .isFalse();
    }
}
