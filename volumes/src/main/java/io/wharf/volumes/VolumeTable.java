package io.wharf.volumes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.base.Row;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.base.Tx;
import io.wharf.base.WharfException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The SQL of volumes and their users. */
final class VolumeTable {
    static final Schema SCHEMA = new Schema(
            "volumes",
            List.of(
                    "CREATE TABLE volume(name TEXT PRIMARY KEY, created_ns INTEGER NOT NULL, labels TEXT NOT NULL,"
                            + " options TEXT NOT NULL, filled INTEGER NOT NULL) WITHOUT ROWID;"
                            + "CREATE TABLE volume_user(volume TEXT NOT NULL, container TEXT NOT NULL,"
                            + " PRIMARY KEY(volume, container)) WITHOUT ROWID",
                    "ALTER TABLE volume ADD COLUMN driver TEXT NOT NULL DEFAULT 'local'",
                    CopyTable.TABLES));

    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private record Use(String volume, String container) {}

    private VolumeTable() {}

    static Future<Map<String, Volume>> load(Store store) {
        return store.write(tx -> {
            Map<String, Volume> volumes = new LinkedHashMap<>();
            tx.query("SELECT name, created_ns, labels, options, filled, driver FROM volume", VolumeTable::volume)
                    .forEach(volume -> volumes.put(volume.name(), volume));
            tx.query("SELECT volume, container FROM volume_user", row -> new Use(row.text(1), row.text(2)))
                    .forEach(use -> {
                        Volume volume = volumes.get(use.volume());
                        if (volume != null) {
                            volume.users().add(use.container());
                        }
                    });
            return volumes;
        });
    }

    static void insert(Tx tx, Volume volume) {
        tx.update(
                "INSERT INTO volume(name, created_ns, labels, options, filled, driver) VALUES (?, ?, ?, ?, ?, ?)",
                volume.name(),
                volume.createdNanos(),
                Json.write(volume.labels()),
                Json.write(volume.options()),
                volume.isFilled(),
                volume.driver());
    }

    static void delete(Tx tx, String name) {
        tx.update("DELETE FROM volume WHERE name = ?", name);
        tx.update("DELETE FROM volume_user WHERE volume = ?", name);
    }

    static void markFilled(Tx tx, String name) {
        tx.update("UPDATE volume SET filled = 1 WHERE name = ?", name);
    }

    static void addUser(Tx tx, String volume, String container) {
        tx.update("INSERT OR IGNORE INTO volume_user(volume, container) VALUES (?, ?)", volume, container);
    }

    static void removeUser(Tx tx, String container) {
        tx.update("DELETE FROM volume_user WHERE container = ?", container);
    }

    private static Volume volume(Row row) {
        return new Volume(row.text(1), row.text(6), row.number(2), texts(row.text(3)), texts(row.text(4)), row.flag(5));
    }

    static Map<String, String> texts(String json) {
        try {
            return Map.copyOf(Json.MAPPER.readValue(json, TEXTS));
        } catch (JsonProcessingException e) {
            throw WharfException.internal("stored labels or options of a volume cannot be read", e);
        }
    }
}
