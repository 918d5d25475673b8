package io.wharf.leases;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Leases on disk, each change with its event: by them the next engine knows what to remove. */
final class LeaseTable {
    static final String TYPE = "lease";

    private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};

    private final Store store;

    /** A lease as it is kept. */
    record Row(String id, Map<String, String> labels, long createdNanos, boolean ending) {}

    LeaseTable(Store store) {
        this.store = store;
    }

    static Schema schema() {
        return new Schema(
                "leases",
                List.of("CREATE TABLE leases(id TEXT PRIMARY KEY, labels TEXT NOT NULL, created_ns INTEGER NOT NULL,"
                        + " ending INTEGER NOT NULL)"));
    }

    Future<List<Row>> read() {
        return store.read(
                "SELECT id, labels, created_ns, ending FROM leases ORDER BY created_ns",
                row -> new Row(row.text(1), labels(row.text(2)), row.number(3), row.number(4) != 0));
    }

    Future<Void> insert(Row row) {
        return change(
                row,
                "create",
                "INSERT INTO leases(id, labels, created_ns, ending) VALUES (?, ?, ?, 0)",
                row.id(),
                Json.write(new LinkedHashMap<>(row.labels())),
                row.createdNanos());
    }

    Future<Void> ending(Row row) {
        return change(row, "end", "UPDATE leases SET ending = 1 WHERE id = ?", row.id());
    }

    Future<Void> delete(Row row) {
        return change(row, "destroy", "DELETE FROM leases WHERE id = ?", row.id());
    }

    private Future<Void> change(Row row, String action, String sql, Object... arguments) {
        return store.write(tx -> {
                    tx.update(sql, arguments);
                    return tx.announce(TYPE, action, row.id(), row.labels());
                })
                .mapEmpty();
    }

    private static Map<String, String> labels(String json) {
        try {
            return Json.MAPPER.readValue(json, LABELS);
        } catch (JsonProcessingException e) {
            throw WharfException.internal("a lease's labels cannot be read", e);
        }
    }
}
