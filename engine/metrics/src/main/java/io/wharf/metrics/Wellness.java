package io.wharf.metrics;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.MetricsService.Check;
import io.wharf.contracts.Services;
import io.wharf.linux.Pools;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Looks whether the engine is well. Each look has a few seconds: what does not answer in that time is what is wrong, and
 * the answer names it.
 */
final class Wellness {
    private static final long PATIENCE_SECONDS = 3;
    /** With less than this the next commit may fail. */
    private static final long LEAST_BYTES = 32L << 20;

    private final Vertx vertx;
    private final Layout layout;
    private final Store store;
    private final Pools pools;

    Wellness(Vertx vertx, Layout layout, Store store, Pools pools) {
        this.vertx = vertx;
        this.layout = layout;
        this.store = store;
        this.pools = pools;
    }

    /** What only a new start mends. That it is asked at all shows that one event loop turns. */
    Future<List<Check>> live() {
        return all(List.of(
                look("store", () -> store.write(tx -> true)),
                look("stop-threads", () -> pools.runUrgently(() -> {})),
                look(
                        "containers",
                        () -> Services.client(vertx, ContainerService.class).counts())));
    }

    /** Also what may pass by itself. */
    Future<List<Check>> ready() {
        return live().compose(alive -> all(List.of(
                        look("threads", () -> pools.run(() -> {})), look("disk", this::disk)))
                .map(more -> java.util.stream.Stream.concat(alive.stream(), more.stream())
                        .toList()));
    }

    private Future<Void> disk() {
        return pools.run(() -> {
            FileStore disk = Files.getFileStore(layout.dataRoot());
            if (disk.isReadOnly()) {
                throw new IllegalStateException(layout.dataRoot() + " can only be read");
            }
            if (disk.getUsableSpace() < LEAST_BYTES) {
                throw new IllegalStateException(layout.dataRoot() + " has " + disk.getUsableSpace() + " bytes left");
            }
        });
    }

    private static Future<Check> look(String name, Supplier<Future<?>> work) {
        return work.get()
                .timeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .map(new Check(name, ""))
                .otherwise(failure -> new Check(
                        name,
                        failure instanceof TimeoutException
                                ? "no answer in " + PATIENCE_SECONDS + " s"
                                : String.valueOf(failure.getMessage())));
    }

    private static Future<List<Check>> all(List<Future<Check>> looks) {
        return Future.all(looks).map(done -> done.<Check>list());
    }
}
