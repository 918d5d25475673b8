package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StatusTextTest {
    private static String human(long seconds) {
        return StatusText.human(Duration.ofSeconds(seconds));
    }

    private static String of(Status status) {
        State state = new State(
                status,
                0,
                3,
                "",
                false,
                TimeUnit.SECONDS.toNanos(100),
                TimeUnit.SECONDS.toNanos(160),
                0,
                null,
                null,
                0);
        return StatusText.of(state, TimeUnit.SECONDS.toNanos(340));
    }

    @Test
    void human_roundsAsDockerDoes() {
        assertThat(StatusText.human(Duration.ofMillis(999))).isEqualTo("Less than a second");
        assertThat(human(1)).isEqualTo("1 second");
        assertThat(human(59)).isEqualTo("59 seconds");
        assertThat(human(60)).isEqualTo("About a minute");
        assertThat(human(120)).isEqualTo("2 minutes");
        assertThat(human(3600)).isEqualTo("About an hour");
        assertThat(human(5400)).isEqualTo("2 hours");
        assertThat(human(47 * 3600)).isEqualTo("47 hours");
        assertThat(human(48 * 3600)).isEqualTo("2 days");
        assertThat(human(14 * 86_400)).isEqualTo("2 weeks");
        assertThat(human(60 * 86_400)).isEqualTo("2 months");
        assertThat(human(730 * 86_400)).isEqualTo("2 years");
    }

    @Test
    void of_everyState() {
        assertThat(of(Status.CREATED)).isEqualTo("Created");
        assertThat(of(Status.RUNNING)).isEqualTo("Up 4 minutes");
        assertThat(of(Status.PAUSED)).isEqualTo("Up 4 minutes (Paused)");
        assertThat(of(Status.RESTARTING)).isEqualTo("Restarting (3) 3 minutes ago");
        assertThat(of(Status.EXITED)).isEqualTo("Exited (3) 3 minutes ago");
        assertThat(of(Status.REMOVING)).isEqualTo("Removal In Progress");
        assertThat(of(Status.DEAD)).isEqualTo("Dead");
    }
}
