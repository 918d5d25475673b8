package io.wharf.volumes;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.KernelLedger;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.contracts.Services;
import io.wharf.contracts.VolumeCopyService;
import io.wharf.contracts.VolumeService;
import io.wharf.contracts.VolumeService.CreateVolume;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.linux.Mounts;
import io.wharf.linux.Pools;
import io.wharf.streams.HandleTable;
import io.wharf.volumes.local.LocalDriver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A volume that somebody has named is that person's. */
class RenameVolumeTest {
    @TempDir
    Path folder;

    private final Pools pools = new Pools(2, 1);
    private Vertx vertx;
    private Store store;
    private KernelLedger ledger;
    private VolumeService volumes;
    private VolumeCopyService copies;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        Services.prepare(vertx);
        Layout layout = new Layout(folder.resolve("data"), folder.resolve("exec"));
        store = Store.open(layout.database(), Store.Durability.PROCESS, List.of(VolumesVerticle.schema()));
        ledger = KernelLedger.open(layout.ledger(), "boot");
        LocalDriver local = new LocalDriver(layout.volumes(), ledger, pools, Mounts.real(), Duration.ofSeconds(30));
        HandleTable handles = new HandleTable(vertx, Duration.ofSeconds(30));
        await(vertx.deployVerticle(new VolumesVerticle(store, ledger, handles, pools, List.of(), local)));
        volumes = Services.client(vertx, VolumeService.class);
        copies = Services.client(vertx, VolumeCopyService.class);
    }

    @AfterEach
    void stop() {
        await(vertx.close());
        store.close();
        ledger.close();
    }

    @Test
    void rename_makesAnAnonymousVolumeANamedOne_forGood() {
        VolumeDetail nameless = await(volumes.create(new CreateVolume("", "", Map.of(), Map.of("a", "b"))));
        VolumeDetail named = await(copies.rename(nameless.name(), "mine"));
        assertThat(named.labels()).containsOnly(Map.entry("a", "b"));
        stop();
        start();
        assertThat(await(volumes.inspect("mine")).labels()).containsOnly(Map.entry("a", "b"));
        await(volumes.use("mine", "container"));
        assertThat(await(volumes.release("container"))).isEmpty();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}
