package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class StopLimitTest {
    private final CompletableFuture<Void> hurry = new CompletableFuture<>();
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private final StopLimit limit = new StopLimit(hurry, () -> left.complete(null));

    @Test
    void within_leavesWhenTheTimeIsOver() {
        limit.within(0);
        assertThat(left).succeedsWithin(5, TimeUnit.SECONDS);
    }

    /** 0 is the time that containers are given; the engine has what it needs to stop in order. */
    @Test
    void withoutContainers_leavesTheEngineItsOwnTime() throws Exception {
        limit.withoutContainers(0, 3);
        limit.withoutContainers(-1, 0);
        assertThatThrownBy(() -> left.get(1500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        limit.withoutContainers(0, 1);
        assertThat(left).succeedsWithin(5, TimeUnit.SECONDS);
    }

    /** With or without a time of its own: a second signal changes something. */
    @Test
    void hurry_leavesWhereThereIsNoOtherLimit() {
        limit.within(-1);
        limit.hurried(0);
        assertThat(left).isNotDone();
        hurry.complete(null);
        assertThat(left).succeedsWithin(5, TimeUnit.SECONDS);
    }
}
