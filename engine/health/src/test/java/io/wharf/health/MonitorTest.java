package io.wharf.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.HealthStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class MonitorTest {
    private static final HealthPlan PLAN = new HealthPlan(
            "id", "name", 1000, HealthStatus.STARTING, new HealthPlan.Command(List.of("x")), 30, 10, 100, 5, 3);

    @Test
    void interval_inTheStartPeriod_isShorter_untilItIsUp() {
        assertThat(Monitor.interval(PLAN, HealthStatus.STARTING, 1099)).isEqualTo(5);
        assertThat(Monitor.interval(PLAN, HealthStatus.STARTING, 1100)).isEqualTo(30);
        assertThat(Monitor.interval(PLAN, HealthStatus.HEALTHY, 1050)).isEqualTo(30);
        assertThat(Monitor.interval(PLAN, HealthStatus.UNHEALTHY, 1050)).isEqualTo(30);
    }
}
