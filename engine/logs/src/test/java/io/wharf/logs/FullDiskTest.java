package io.wharf.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.base.Layout;
import io.wharf.linux.EventLoops;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
    @TempDir
    private Path data;

    private final List<String> told = new ArrayList<>();

    private final class Told implements Pump.Listener {
        @Override
        public void idle(ContainerLog log) {}

        @Override
        public void gaveUp(String id, String name, long lines) {}

        @Override
        public void cutOff(String id, String name, long bytes) {}

        @Override
        public void incomplete(String id, String name, long sinceNanos, String why) {
            told.add(name + ": " + why);
        }
    }

    @Test
    void logsThatWereWrittenMeanwhile_areToldOnce() throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        LogWatches watches = LogWatches.on(EventLoops.of(vertx.getOrCreateContext()));
        Layout layout = new Layout(data, data);
        Files.createDirectories(layout.container("id"));
        LogSource source = new LogSource("id", "name", "", "", 0, "", Map.of(), List.of(), "", Map.of());
        try (Pump pump = new Pump(EventLoops.of(vertx.getOrCreateContext()), watches, new Told())) {
            ContainerLog log = ContainerLog.load(source, LogDrivers.NONE, layout, pump);
            AtomicLong free = new AtomicLong(1 << 20);
            List<ContainerLog> live = new ArrayList<>(List.of(log));
            FullDisk disk = new FullDisk(vertx, free::get, () -> List.copyOf(live));
            disk.look();
            assertThat(told).isEmpty();
            free.set(FullDisk.ROOM_BYTES - 1);
            disk.look();
            disk.look();
            live.clear();
            assertThat(told).isEmpty();
            free.set(FullDisk.ROOM_BYTES);
            disk.look();
            disk.look();
            assertThat(told).containsExactly("name: no space left on device");
            log.close();
        } finally {
            watches.close();
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
