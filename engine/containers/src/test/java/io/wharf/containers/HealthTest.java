package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.HealthStatus;
import io.wharf.contracts.ProbeResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final long RUN = 1000;
    private static final HealthPlan PLAN = new HealthPlan(
            "id", "name", RUN, HealthStatus.STARTING, new HealthPlan.Command(List.of("x")), 30, 10, 100, 5, 2);

    private Health health = new Health(RUN, HealthStatus.STARTING, 0, List.of(), 0);

    private HealthStatus after(long start, int exitCode) {
        health = health.after(new ProbeResult(start, start + 1, exitCode, "said " + start), PLAN);
        return health.status();
    }

    @Test
    void after_aSuccess_isHealthy() {
        assertThat(after(RUN + 1, 0)).isEqualTo(HealthStatus.HEALTHY);
        assertThat(health.healthyNanos()).isEqualTo(RUN + 2);
        assertThat(after(RUN + 30, 0)).isEqualTo(HealthStatus.HEALTHY);
        assertThat(health.healthyNanos()).isEqualTo(RUN + 2);
    }

    @Test
    void after_failuresInTheStartPeriod_isStillStarting() {
        for (int i = 0; i < 9; i++) {
            assertThat(after(RUN + i, 1)).isEqualTo(HealthStatus.STARTING);
        }
        assertThat(health.failingStreak()).isZero();
        assertThat(after(RUN + 100, 1)).isEqualTo(HealthStatus.STARTING);
        assertThat(after(RUN + 130, -1)).isEqualTo(HealthStatus.UNHEALTHY);
        assertThat(health.failingStreak()).isEqualTo(2);
    }

    @Test
    void after_aSuccess_theStartPeriodForgivesNothingMore() {
        after(RUN + 1, 0);
        assertThat(after(RUN + 2, 1)).isEqualTo(HealthStatus.HEALTHY);
        assertThat(after(RUN + 3, 2)).isEqualTo(HealthStatus.UNHEALTHY);
        assertThat(health.healthyNanos()).isZero();
        assertThat(after(RUN + 4, 0)).isEqualTo(HealthStatus.HEALTHY);
        assertThat(health.failingStreak()).isZero();
    }

    @Test
    void after_manyResults_keepsTheLastFive() {
        for (int i = 0; i < 8; i++) {
            after(RUN + i, 0);
        }
        assertThat(health.log())
                .extracting(ProbeResult::output)
                .containsExactly("said 1003", "said 1004", "said 1005", "said 1006", "said 1007");
    }

    @Test
    void unknown_isUnhealthyUntilAProbeSucceeds() {
        after(RUN + 1, 0);
        health = health.unknown();
        assertThat(health.status()).isEqualTo(HealthStatus.UNHEALTHY);
        assertThat(health.failingStreak()).isZero();
        assertThat(after(RUN + 50, 1)).isEqualTo(HealthStatus.UNHEALTHY);
        assertThat(health.failingStreak()).isEqualTo(1);
        assertThat(after(RUN + 60, 0)).isEqualTo(HealthStatus.HEALTHY);
        assertThat(health.healthyNanos()).isEqualTo(RUN + 61);
    }

    @Test
    void delays_ofRestarts_growUpToFiveMinutes() {
        assertThat(List.of(1, 2, 3, 8, 9, 10, 1000))
                .extracting(ActOnUnhealthy::delay)
                .containsExactly(1000, 2000, 4000, 128_000, 256_000, 300_000, 300_000);
    }
}
