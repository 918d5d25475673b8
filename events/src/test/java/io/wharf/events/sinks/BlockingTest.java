package io.wharf.events.sinks;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BlockingTest {
    /** Else the sink would wait for ever for what has ended. */
    @Test
    void work_thatEndsWithAnError_answers() {
        Vertx vertx = Vertx.vertx();
        try {
            Future<Object> answer = new Blocking(vertx).call(() -> {
                throw new NoClassDefFoundError("gone");
            });
            assertThatThrownBy(() -> answer.toCompletionStage()
                            .toCompletableFuture()
                            .orTimeout(10, TimeUnit.SECONDS)
                            .join())
                    .hasMessageContaining("gone");
        } finally {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
        }
    }
}
