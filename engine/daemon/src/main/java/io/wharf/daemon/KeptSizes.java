package io.wharf.daemon;

import io.vertx.core.Future;
import io.wharf.base.Store;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sizes of one kind of thing as they were measured last, also by the engine before this one; bytes by id. */
final class KeptSizes {
    static final String TABLE = "CREATE TABLE engine_size(kind TEXT NOT NULL, id TEXT NOT NULL, bytes INTEGER NOT NULL,"
            + " PRIMARY KEY(kind, id)) WITHOUT ROWID";

    private static final Logger LOG = LoggerFactory.getLogger(KeptSizes.class);

    private final Store store;
    private final String kind;
    private Map<String, Long> written = Map.of();

    KeptSizes(Store store, String kind) {
        this.store = store;
        this.kind = kind;
    }

    private record Size(String id, long bytes) {}

    /** Empty where nothing was measured yet. */
    Future<Map<String, Long>> load() {
        return store.read(
                        "SELECT id, bytes FROM engine_size WHERE kind = ?",
                        row -> new Size(row.text(1), row.number(2)),
                        kind)
                .map(rows -> {
                    Map<String, Long> sizes = new HashMap<>();
                    rows.forEach(row -> sizes.put(row.id(), row.bytes()));
                    written = Map.copyOf(sizes);
                    return written;
                });
    }

    /** Writes down what differs; that fails at worst, and then the next engine measures first. */
    void keep(Map<String, Long> sizes) {
        Map<String, Long> before = written;
        if (sizes.equals(before)) {
            return;
        }
        written = Map.copyOf(sizes);
        List<String> gone =
                before.keySet().stream().filter(id -> !sizes.containsKey(id)).toList();
        store.<Boolean>write(tx -> {
                    gone.forEach(id -> tx.update("DELETE FROM engine_size WHERE kind = ? AND id = ?", kind, id));
                    sizes.forEach((id, bytes) -> {
                        if (!bytes.equals(before.get(id))) {
                            tx.update(
                                    "INSERT OR REPLACE INTO engine_size(kind, id, bytes) VALUES (?, ?, ?)",
                                    kind,
                                    id,
                                    bytes);
                        }
                    });
                    return Boolean.TRUE;
                })
                .onFailure(failure -> {
                    LOG.warn("the sizes of each {} are not kept: {}", kind, failure.toString());
                    written = before;
                });
    }
}
