package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
