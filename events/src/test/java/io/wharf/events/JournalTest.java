package io.wharf.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.wharf.base.Event;
import io.wharf.base.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    @TempDir
    Path folder;

    /** A page of these by number alone would be the whole heap. */
    @Test
    void pages_ofLargeEvents_endByBytesAndLeaveNoneOut() {
        Store store = Store.open(folder.resolve("j.db"), Store.Durability.PROCESS, List.of(EventsVerticle.schema()));
        try {
            int[] sizes = {500_000, 10, 500_000, 500_000, 3_000_000, 10, 10, 500_000};
            for (int size : sizes) {
                await(store.write(tx -> tx.announce("container", "create", "c", Map.of("label", "x".repeat(size)))));
            }
            Journal journal = new Journal(store);
            await(journal.open());
            List<List<Long>> pages = new ArrayList<>();
            for (long at = 0; at < journal.last(); ) {
                List<Long> page =
                        await(journal.after(at)).stream().map(Event::seq).toList();
                pages.add(page);
                at = page.getLast();
            }
            assertThat(pages).containsExactly(List.of(1L, 2L, 3L), List.of(4L), List.of(5L), List.of(6L, 7L, 8L));
        } finally {
            store.close();
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
