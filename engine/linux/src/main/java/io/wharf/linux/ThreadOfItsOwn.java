package io.wharf.linux;

import io.vertx.core.Future;
import io.wharf.base.CallerPromise;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Work on a thread that then ends: in another namespace, for whatever thread it began would inherit that, or on a file
 * system that may never answer, so that it keeps nobody else's thread.
 */
public final class ThreadOfItsOwn {
    private static final int STACK_BYTES = 256 << 10;

    private ThreadOfItsOwn() {}

    /** Waits for the work, which makes raw calls only. */
    static <T> T run(String name, Supplier<T> work) {
        var answer = new CompletableFuture<T>();
        start(name, () -> {
            try {
                answer.complete(work.get());
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Begins work that may never end; the answer arrives on the caller's Vert.x context, where it has one. */
    public static <T> Future<T> call(String name, Callable<T> work) {
        var promise = new CallerPromise<T>();
        start(name, () -> {
            T result;
            try {
                result = work.call();
            } catch (Throwable e) {
                promise.fail(e);
                return;
            }
            promise.complete(result);
        });
        return promise.future();
    }

    private static void start(String name, Runnable work) {
        var thread = new Thread(null, work, name, STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }
}
