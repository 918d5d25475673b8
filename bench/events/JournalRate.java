import io.vertx.core.Vertx;
import io.wharf.base.Event;
import io.wharf.base.Store;
import io.wharf.contracts.EventOptions;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventService.EventQuery;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Services;
import io.wharf.events.EventsVerticle;
import io.wharf.streams.HandleTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The engine's store, journal and distribution in one process, without an API in front: {@code java -cp … JournalRate.java
 * FOLDER COUNT}. Announces so many events, each a unit of work of its own with a row of state, with an fsync at each commit,
 * while a subscriber reads along. Prints the seconds until the last was durable and read, of the second half.
 */
final class JournalRate {
    private static final int AT_ONCE = 2048;
    private static final Map<String, String> ATTRIBUTES = Map.of(
            "image", "busybox:latest",
            "name", "quirky_lovelace",
            "exitCode", "0",
            "execDuration", "12",
            "com.docker.compose.project", "shop",
            "com.docker.compose.service", "web");

    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[1]);
        Vertx vertx = Vertx.vertx();
        Services.prepare(vertx);
        HandleTable handles = new HandleTable(vertx, Duration.ofSeconds(30));
        try (Store store = Store.open(Path.of(arguments[0], "rate.db"), Store.Durability.FULL, List.of())) {
            store.write(tx -> tx.update("CREATE TABLE state(id TEXT PRIMARY KEY, value TEXT)")).await();
            vertx.deployVerticle(new EventsVerticle(EventOptions.USUAL, store, handles)).await();
            AtomicLong read = new AtomicLong();
            handles.take(Services.client(vertx, EventService.class)
                            .subscribe(new EventQuery(0, 0, 0, Filters.NONE))
                            .await())
                    .subscribe(event -> check(event, read), ended -> {});
            announce(store, count, read);
            long begin = System.nanoTime();
            announce(store, count, read);
            System.out.printf("%.3f%n", (System.nanoTime() - begin) / 1e9);
        } finally {
            vertx.close().await();
        }
    }

    private static void check(Event event, AtomicLong read) {
        if (event.seq() != read.incrementAndGet()) {
            throw new IllegalStateException("event " + event.seq() + " after " + (read.get() - 1));
        }
    }

    private static void announce(Store store, int count, AtomicLong read) throws InterruptedException {
        Semaphore room = new Semaphore(AT_ONCE);
        CountDownLatch durable = new CountDownLatch(count);
        long goal = read.get() + count;
        for (int i = 0; i < count; i++) {
            room.acquire();
            String id = "container" + i % 1000;
            store.write(tx -> {
                        tx.update("INSERT OR REPLACE INTO state(id, value) VALUES (?, ?)", id, "running");
                        return tx.announce("container", "start", id, ATTRIBUTES);
                    })
                    .onComplete(done -> {
                        room.release();
                        durable.countDown();
                    });
        }
        durable.await();
        while (read.get() < goal) {
            Thread.sleep(1);
        }
    }
}
