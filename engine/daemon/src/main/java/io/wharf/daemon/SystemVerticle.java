package io.wharf.daemon;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.wharf.base.Ids;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.base.Tx;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventSinkService;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.LogService;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.RuntimeService;
import io.wharf.contracts.Services;
import io.wharf.contracts.SystemService;
import io.wharf.contracts.VolumeService;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers for the engine as a whole by asking each concern for its part. */
public final class SystemVerticle extends VerticleBase implements SystemService {
    private final Standing told;
    private final Store store;
    private @Nullable DescribeEngine describe;
    private @Nullable MeasureDisk measure;
    private @Nullable ReloadEngine reload;
    private Future<Void> reloading = Future.succeededFuture();

    SystemVerticle(Standing told, Store store) {
        this.told = told;
        this.store = store;
    }

    static Schema schema() {
        return new Schema(
                "engine", List.of("CREATE TABLE engine(id TEXT PRIMARY KEY)", KeptSizes.TABLE, TellOfRun.COLUMN));
    }

    @Override
    public Future<?> start() {
        return engineId(store).onSuccess(this::serve);
    }

    /** The engine's own id, which lasts as long as its data root. */
    static Future<String> engineId(Store store) {
        return store.write(tx -> engineId(tx));
    }

    static String engineId(Tx tx) {
        tx.update("INSERT INTO engine(id) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM engine)", Ids.random());
        return tx.query("SELECT id FROM engine", row -> row.text(1)).getFirst();
    }

    @Override
    public Future<Map<String, Object>> info() {
        return started(describe).info();
    }

    @Override
    public Future<Map<String, Object>> version() {
        return started(describe).version();
    }

    @Override
    public Future<Map<String, Object>> diskUsage() {
        return started(measure).run();
    }

    /** Takes what the operator says now; on the verticle's own context, one after the other. */
    Future<Void> reload(Told now) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(go -> {
            reloading = reloading
                    .otherwiseEmpty()
                    .compose(free -> started(reload).run(told.get(), now).onSuccess(taken -> {
                        told.set(now);
                        Logging.level(now.logLevel());
                    }));
            reloading.onComplete(done);
        });
        return done.future();
    }

    /** Has the sinks of events open their files anew. */
    Future<Void> reopenSinks() {
        return Services.client(vertx, EventSinkService.class).reopen();
    }

    private void serve(String engineId) {
        reload = new ReloadEngine(vertx, store, engineId);
        Vertx bus = vertx;
        ImageService images = Services.client(bus, ImageService.class);
        ContainerService containers = Services.client(bus, ContainerService.class);
        VolumeService volumes = Services.client(bus, VolumeService.class);
        describe = new DescribeEngine(
                told::get,
                engineId,
                images,
                containers,
                Services.client(bus, NetworkService.class),
                Services.client(bus, RuntimeService.class),
                Services.client(bus, EventService.class),
                Services.client(bus, LogService.class),
                volumes);
        measure = new MeasureDisk(vertx, store, images, containers, volumes);
        Services.serve(bus, SystemService.class, this);
    }

    private static <T> T started(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("asked before it was started");
        }
        return part;
    }
}
