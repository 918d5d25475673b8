package io.wharf.daemon;

import io.vertx.core.Vertx;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.Services;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Takes the containers along when the engine goes, where it was told to; a second signal kills them. */
final class StopContainers implements AutoCloseable {
    private final Vertx vertx;
    private final Supplier<Told> told;
    private final BooleanSupplier begun;
    private final CompletableFuture<Void> hurry;

    /**
     * To be closed before the containers' verticle is.
     *
     * @param begun whether the engine got as far as to serve; one that did not leaves everything as it is
     * @param hurry completes when somebody has no patience left
     */
    StopContainers(Vertx vertx, Supplier<Told> told, BooleanSupplier begun, CompletableFuture<Void> hurry) {
        this.vertx = vertx;
        this.told = told;
        this.begun = begun;
        this.hurry = hurry;
    }

    @Override
    public void close() {
        if (told.get().liveRestore() || !begun.getAsBoolean()) {
            return;
        }
        CompletableFuture<Void> stopped = stop(told.get().shutdownSeconds(), false);
        CompletableFuture.anyOf(stopped, hurry).join();
        if (!stopped.isDone()) {
            // The first call ends with the second, for none runs any more.
            stop(0, true).join();
        }
    }

    private CompletableFuture<Void> stop(int seconds, boolean atOnce) {
        return Services.client(vertx, ContainerService.class)
                .stopAll(seconds, atOnce)
                .compose(pending -> pending.outcome())
                .toCompletionStage()
                .toCompletableFuture();
    }
}
