package io.wharf.linux;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Work in another namespace: on a thread that then ends, for whatever thread it began would inherit the namespace. */
final class ThreadOfItsOwn {
    private static final int STACK_BYTES = 256 << 10;

    private ThreadOfItsOwn() {}

    /** Waits for the work, which makes raw calls only. */
    static <T> T run(String name, Supplier<T> work) {
        var answer = new CompletableFuture<T>();
        var thread = new Thread(
                null,
                () -> {
                    try {
                        answer.complete(work.get());
                    } catch (Throwable e) {
                        answer.completeExceptionally(e);
                    }
                },
                name,
                STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
