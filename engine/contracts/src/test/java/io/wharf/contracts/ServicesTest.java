package io.wharf.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServicesTest {
    interface Greeter {
        Future<List<String>> greet(String name, @Nullable String title);

        Future<Void> refuse();

        Future<Void> crash();

        @Nullable
        Future<Void> forget();
    }

    private final List<String> greeting = List.of("hello");
    private final Vertx vertx = Vertx.vertx();

    @BeforeEach
    void prepare() {
        Services.prepare(vertx);
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void call_passesByReference() {
        Services.serve(vertx, Greeter.class, new Polite());
        assertThat(await(Services.client(vertx, Greeter.class).greet("you", null)))
                .isSameAs(greeting);
    }

    @Test
    void refusal_keepsKindAndMessage() {
        Services.serve(vertx, Greeter.class, new Polite());
        assertThat(failure(Services.client(vertx, Greeter.class).refuse()))
                .isInstanceOfSatisfying(WharfException.class, e -> {
                    assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT);
                    assertThat(e).hasMessage("not today");
                });
    }

    @Test
    void fault_arrivesAsInternal() {
        Services.serve(vertx, Greeter.class, new Polite());
        assertThat(failure(Services.client(vertx, Greeter.class).crash()))
                .isInstanceOfSatisfying(
                        WharfException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INTERNAL));
    }

    @Test
    void answerWithoutAFuture_leavesNobodyWaiting() {
        Services.serve(vertx, Greeter.class, new Polite());
        Future<Void> answer = Services.client(vertx, Greeter.class).forget();
        assertThat(answer).isNotNull();
        assertThat(failure(answer.timeout(10, TimeUnit.SECONDS))).hasMessageContaining("answers no future");
    }

    @Test
    void nobodyServes_isUnavailable() {
        assertThat(failure(Services.client(vertx, Greeter.class).refuse()))
                .isInstanceOfSatisfying(
                        WharfException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
    }

    private final class Polite implements Greeter {
        @Override
        public Future<List<String>> greet(String name, @Nullable String title) {
            return Future.succeededFuture(greeting);
        }

        @Override
        public Future<Void> refuse() {
            throw WharfException.conflict("not today");
        }

        @Override
        public Future<Void> crash() {
            return Future.failedFuture(new IllegalStateException("a fault for the test"));
        }

        @Override
        public @Nullable Future<Void> forget() {
            return null;
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private static Throwable failure(Future<?> future) {
        try {
            await(future);
        } catch (CompletionException e) {
            return e.getCause();
        }
        throw new AssertionError("it should have failed");
    }
}
