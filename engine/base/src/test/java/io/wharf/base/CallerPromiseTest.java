package io.wharf.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallerPromiseTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();

    @AfterEach
    void close() {
        StoreTest.await(vertx.close());
    }

    @Test
    void listeners_areToldInTheirOrder_alsoThoseAddedWhileItIsKept() {
        assertThat(order(future -> {
                    CallerPromise<String> promise = new CallerPromise<>();
                    future.complete(promise.future());
                    onAnotherThread(() -> promise.complete("kept"));
                }))
                .containsExactly("first", "second");
    }

    @Test
    void commit_tellsItsListenersInTheirOrder(@TempDir Path folder) {
        try (Store store = Store.open(folder.resolve("s.db"), Store.Durability.PROCESS, List.of())) {
            assertThat(order(future -> {
                        future.complete(store.write(tx -> "kept"));
                        // Comes after it, on the same thread: when this is over, that is durable, and told.
                        onAnotherThread(() -> StoreTest.await(store.write(tx -> "")));
                    }))
                    .containsExactly("first", "second");
        }
    }

    @Test
    void here_goesOnOnTheContext_whoeverCompletesIt() {
        Promise<String> elsewhere = Promise.promise();
        Promise<Boolean> there = Promise.promise();
        context.runOnContext(turn -> {
            CallerPromise.here(elsewhere.future())
                    .compose(value -> Future.succeededFuture(Vertx.currentContext() == context))
                    .onComplete(there);
            onAnotherThread(() -> elsewhere.complete("done"));
        });
        assertThat(StoreTest.await(there.future())).isTrue();
    }

    @Test
    void fail_arrivesOnTheContext() {
        Promise<Boolean> there = Promise.promise();
        context.runOnContext(turn -> {
            CallerPromise<String> promise = new CallerPromise<>();
            promise.future().onFailure(failure -> there.complete(Vertx.currentContext() == context));
            onAnotherThread(() -> promise.fail(new IllegalStateException()));
        });
        assertThat(StoreTest.await(there.future())).isTrue();
    }

    @Test
    void complete_ofACallerThatIsGone_isNobodysError() throws Exception {
        CompletableFuture<CallerPromise<String>> made = new CompletableFuture<>();
        context.runOnContext(turn -> made.complete(new CallerPromise<>()));
        CallerPromise<String> promise = made.get(10, TimeUnit.SECONDS);
        StoreTest.await(vertx.close());
        assertThatCode(() -> promise.complete("too late")).doesNotThrowAnyException();
    }

    private interface Asking {
        void ask(CompletableFuture<Future<String>> answer);
    }

    /** In which order two listeners are told, when the answer comes between their coming. */
    private List<String> order(Asking asking) {
        Promise<List<String>> all = Promise.promise();
        context.runOnContext(turn -> {
            List<String> told = new ArrayList<>();
            CompletableFuture<Future<String>> answer = new CompletableFuture<>();
            answer.thenAccept(future -> future.onSuccess(value -> told.add("first")));
            asking.ask(answer);
            answer.join().map("").onSuccess(value -> {
                told.add("second");
                context.runOnContext(later -> all.complete(told));
            });
        });
        return StoreTest.await(all.future());
    }

    private static void onAnotherThread(Runnable work) {
        Thread thread = Thread.ofPlatform().start(work);
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
