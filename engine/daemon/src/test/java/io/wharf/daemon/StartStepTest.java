package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StartStepTest {
    @Test
    void step_endsSoonAfterAllIsToStop() {
        StartStep step = new StartStep(Duration.ofMillis(1));
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> step.await(new CompletableFuture<>()));
        assertThat(waiting).isNotDone();
        step.giveUp();
        assertThat(waiting)
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableThat()
                .withMessageContaining("told to stop before this step was done");
    }

    @Test
    void step_hasItsLastTimeToFinish() {
        StartStep step = new StartStep(Duration.ofMinutes(1));
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> waiting = CompletableFuture.supplyAsync(() -> step.await(work));
        step.giveUp();
        assertThat(waiting).isNotDone();
        work.complete("done");
        assertThat(waiting).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo("done");
    }

    @Test
    void failure_isTheStepsOwn() {
        StartStep step = new StartStep(Duration.ZERO);
        assertThatThrownBy(() -> step.await(CompletableFuture.failedFuture(new IllegalStateException("no room"))))
                .hasMessageContaining("no room");
    }
}
