package io.wharf.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    private static final Schema SCHEMA =
            new Schema("test", List.of("CREATE TABLE thing(name TEXT PRIMARY KEY, size INTEGER NOT NULL)"));

    @TempDir
    Path folder;

    @Test
    void write_isThereAfterReopen() {
        try (Store store = open()) {
            await(store.write(tx -> tx.update("INSERT INTO thing VALUES (?, ?)", "a", 7L)));
        }
        try (Store store = open()) {
            assertThat(await(store.read("SELECT size FROM thing WHERE name = ?", row -> row.number(1), "a")))
                    .containsExactly(7L);
        }
    }

    @Test
    void files_areForTheirOwnerAlone() throws IOException {
        try (Store store = open()) {
            await(store.write(tx -> tx.update("INSERT INTO thing VALUES ('a', 1)")));
            for (String name : List.of("s.db", "s.db-wal")) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void opening_isSaidFirst_alsoWhereItsUnitFailed_andOnce() {
        List<Event> seen = Collections.synchronizedList(new ArrayList<>());
        try (Store store = open()) {
            store.onCommit(seen::addAll);
            store.openWith(tx -> tx.announce("daemon", "start", "e", Map.of()));
            await(store.write(tx -> tx.update("INSERT INTO thing VALUES ('a', 1)")));
            assertThat(seen).isEmpty();
            assertThatThrownBy(() -> await(store.write(tx -> {
                        tx.announce("container", "create", "failed", Map.of());
                        throw WharfException.invalid("as is meant");
                    })))
                    .hasMessageContaining("as is meant");
            for (String id : List.of("one", "two")) {
                await(store.write(tx -> tx.announce("container", "create", id, Map.of())));
            }
            await(store.write(tx -> {
                tx.open();
                return true;
            }));
            assertThat(seen).extracting(Event::actorId).containsExactly("e", "one", "two");
            assertThat(seen).extracting(Event::seq).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void failedUnit_takesNobodyWithItAndLeavesNoGap() {
        List<Event> seen = Collections.synchronizedList(new ArrayList<>());
        try (Store store = open()) {
            store.onCommit(seen::addAll);
            List<Future<Event>> asked = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int number = i;
                asked.add(store.write(tx -> {
                    Event event = tx.announce("container", "create", "c" + number, Map.of());
                    tx.update("INSERT INTO thing VALUES (?, 0)", "t" + number);
                    if (number % 3 == 0) {
                        throw WharfException.conflict("no " + number);
                    }
                    return event;
                }));
            }
            for (int i = 0; i < 100; i++) {
                Future<Event> one = asked.get(i);
                if (i % 3 == 0) {
                    assertThatThrownBy(() -> await(one)).hasRootCauseMessage("no " + i);
                } else {
                    await(one);
                }
            }
            assertThat(await(store.read("SELECT count(*) FROM thing", row -> row.number(1))))
                    .containsExactly(66L);
        }
        assertThat(seen).extracting(Event::seq).containsExactlyElementsOf(upTo(66));
        assertThat(seen).extracting(Event::timeNanos).isSorted().doesNotHaveDuplicates();
        assertThat(seen).extracting(Event::actorId).doesNotContain("c0", "c3").startsWith("c1", "c2", "c4");
    }

    @Test
    void sequence_goesOnAfterReopen() {
        try (Store store = open()) {
            await(store.write(tx -> tx.announce("image", "pull", "x", Map.of("name", "x"))));
        }
        try (Store store = open()) {
            assertThat(await(store.write(tx -> tx.announce("image", "tag", "x", Map.of())))
                            .seq())
                    .isEqualTo(2);
        }
    }

    @Test
    void fullDisk_isToldAndLeavesNoGap() {
        List<Event> seen = Collections.synchronizedList(new ArrayList<>());
        try (Store store = open()) {
            store.onCommit(seen::addAll);
            await(store.write(tx -> tx.announce("image", "pull", "first", Map.of())));
            long pages =
                    await(store.read("PRAGMA page_count", row -> row.number(1))).getFirst();
            await(store.read("PRAGMA max_page_count=" + pages, row -> row.number(1)));
            assertThatThrownBy(() -> await(store.write(tx -> {
                        Event event = tx.announce("image", "pull", "lost", Map.of());
                        tx.update("INSERT INTO thing VALUES (?, 0)", "x".repeat(100_000));
                        return event;
                    })))
                    .hasCauseInstanceOf(WharfException.class)
                    .hasMessageContaining("full");
            await(store.read("PRAGMA max_page_count=1000000", row -> row.number(1)));
            // By the very statement that failed.
            await(store.write(tx -> tx.update("INSERT INTO thing VALUES (?, 0)", "x")));
            assertThat(await(store.write(tx -> tx.announce("image", "pull", "second", Map.of())))
                            .seq())
                    .isEqualTo(2);
        }
        assertThat(seen).extracting(Event::actorId).containsExactly("first", "second");
    }

    @Test
    void writer_outlivesErrorsOfWorkAndListener() {
        try (Store store = open()) {
            store.onCommit(events -> {
                throw new IllegalStateException("listener");
            });
            assertThatThrownBy(() -> await(store.write(tx -> {
                        throw new AssertionError("work");
                    })))
                    .hasRootCauseMessage("work");
            assertThat(await(store.write(tx -> tx.announce("image", "pull", "x", Map.of())))
                            .seq())
                    .isEqualTo(1);
            assertThat(store.write(tx -> 1).toCompletionStage().toCompletableFuture())
                    .succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void writer_outlivesThoseWhoAsked() throws InterruptedException {
        Vertx vertx = Vertx.vertx();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        try (Store store = open()) {
            vertx.runOnContext(turn -> {
                store.write(tx -> {
                    awaitQuietly(gone);
                    return tx.update("INSERT INTO thing VALUES ('a', 1)");
                });
                asked.countDown();
            });
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            await(vertx.close());
            gone.countDown();
            assertThat(store.read("SELECT size FROM thing", row -> row.number(1))
                            .toCompletionStage()
                            .toCompletableFuture())
                    .succeedsWithin(Duration.ofSeconds(10))
                    .isEqualTo(List.of(1L));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void write_afterCloseIsUnavailable() {
        Store store = open();
        store.close();
        assertThatThrownBy(() -> await(store.write(tx -> 1)))
                .hasCauseInstanceOf(WharfException.class)
                .hasMessageContaining("stopping");
    }

    @Test
    void open_refusesAFileOfANewerEngine() {
        try (Store store = open()) {
            await(store.write(tx -> tx.query("SELECT 1", row -> row.number(1))));
        }
        try (var connection = new org.sqlite.SQLiteConfig().createConnection("jdbc:sqlite:" + folder.resolve("s.db"));
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version=99");
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
        assertThatThrownBy(this::open).hasMessageContaining("newer engine");
    }

    @Test
    void migration_runsOnlyTheNewSteps() {
        open().close();
        Schema longer = new Schema(
                "test",
                List.of(SCHEMA.steps().getFirst(), "ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT ''"));
        try (Store store = Store.open(folder.resolve("s.db"), Store.Durability.FULL, List.of(longer))) {
            await(store.write(tx -> tx.update("INSERT INTO thing(name, size, colour) VALUES ('a', 1, 'red')")));
        }
    }

    private Store open() {
        return Store.open(folder.resolve("s.db"), Store.Durability.FULL, List.of(SCHEMA));
    }

    private static List<Long> upTo(int last) {
        List<Long> numbers = new ArrayList<>();
        for (long i = 1; i <= last; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
