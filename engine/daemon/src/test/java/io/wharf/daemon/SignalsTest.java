package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignalsTest {
    @Test
    void stopper_keepsTheProcessUntilItIsDone() throws Exception {
        CompletableFuture<Thread> made = new CompletableFuture<>();
        // As the JDK runs a handler of a signal.
        Thread.ofPlatform().daemon(true).start(() -> made.complete(Signals.stopper(() -> {})));
        assertThat(made.get(10, TimeUnit.SECONDS).isDaemon()).isFalse();
    }
}
