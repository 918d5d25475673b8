package io.wharf.events.sinks;

import io.vertx.core.Future;
import io.wharf.base.Store;
import java.util.OptionalLong;

/** The table {@code event_sinks}: places of the sinks in the journal. That of a sink which is configured no more stays, for when it comes back. */
final class CursorTable {
    private final Store store;

    CursorTable(Store store) {
        this.store = store;
    }

    Future<OptionalLong> read(String name) {
        return store.read("SELECT seq FROM event_sinks WHERE name = ?", row -> row.number(1), name)
                .map(rows -> rows.isEmpty() ? OptionalLong.empty() : OptionalLong.of(rows.getFirst()));
    }

    Future<Void> write(String name, long seq) {
        return store.write(tx -> tx.update(
                        "INSERT INTO event_sinks(name, seq) VALUES (?1, ?2)"
                                + " ON CONFLICT(name) DO UPDATE SET seq = ?2",
                        name,
                        seq))
                .mapEmpty();
    }
}
