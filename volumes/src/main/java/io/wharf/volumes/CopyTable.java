package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.base.Row;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.Tx;
import io.wharf.contracts.VolumeCopyService.SnapshotDetail;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The SQL of snapshots, and of work on volumes that a death of the engine must not leave half done. */
final class CopyTable {
    static final String TABLES = "CREATE TABLE volume_snapshot(volume TEXT NOT NULL, name TEXT NOT NULL,"
            + " id TEXT NOT NULL, created_ns INTEGER NOT NULL, labels TEXT NOT NULL, bytes INTEGER NOT NULL,"
            + " PRIMARY KEY(volume, name)) WITHOUT ROWID;"
            + "CREATE TABLE volume_work(id TEXT PRIMARY KEY, kind TEXT NOT NULL, volume TEXT NOT NULL,"
            + " detail TEXT NOT NULL) WITHOUT ROWID";

    private CopyTable() {}

    /** A snapshot; the id names its folder. */
    record Snapshot(String volume, String name, String id, long createdNanos, Map<String, String> labels, long bytes) {
        SnapshotDetail detail() {
            return new SnapshotDetail(
                    name, volume, Times.rfc3339Nano(createdNanos), labels.isEmpty() ? null : labels, bytes);
        }
    }

    /** What is to be finished, or taken back, at the next start. */
    enum Kind {
        /** The staged tree of this id is to be the volume's content: to be finished. */
        SWAP,
        /** The volume's content is to be that of the tree {@code detail}: to be done again. */
        REFILL,
        /** The volume is being made; {@code detail} has its options: to be taken back. */
        MAKE,
        /** The folder of the volume {@code detail} was to get this name: to be taken back. */
        RENAME
    }

    record Work(String id, Kind kind, String volume, String detail) {}

    static Future<List<Snapshot>> snapshots(Store store, String volume) {
        return store.read(
                "SELECT volume, name, id, created_ns, labels, bytes FROM volume_snapshot WHERE volume = ?"
                        + " ORDER BY created_ns, name",
                CopyTable::snapshot,
                volume);
    }

    static Future<Optional<Snapshot>> find(Store store, String volume, String name) {
        return store.read(
                        "SELECT volume, name, id, created_ns, labels, bytes FROM volume_snapshot"
                                + " WHERE volume = ? AND name = ?",
                        CopyTable::snapshot,
                        volume,
                        name)
                .map(rows -> rows.stream().findFirst());
    }

    static Future<List<String>> snapshotIds(Store store) {
        return store.read("SELECT id FROM volume_snapshot", row -> row.text(1));
    }

    static Future<List<Work>> work(Store store) {
        return store.read(
                "SELECT id, kind, volume, detail FROM volume_work",
                row -> new Work(row.text(1), Kind.valueOf(row.text(2)), row.text(3), row.text(4)));
    }

    static void insert(Tx tx, Snapshot snapshot) {
        tx.update(
                "INSERT INTO volume_snapshot(volume, name, id, created_ns, labels, bytes) VALUES (?, ?, ?, ?, ?, ?)",
                snapshot.volume(),
                snapshot.name(),
                snapshot.id(),
                snapshot.createdNanos(),
                Json.write(snapshot.labels()),
                snapshot.bytes());
    }

    static void delete(Tx tx, Snapshot snapshot) {
        tx.update("DELETE FROM volume_snapshot WHERE volume = ? AND name = ?", snapshot.volume(), snapshot.name());
    }

    static void begin(Tx tx, Work work) {
        tx.update(
                "INSERT OR REPLACE INTO volume_work(id, kind, volume, detail) VALUES (?, ?, ?, ?)",
                work.id(),
                work.kind().name(),
                work.volume(),
                work.detail());
    }

    static void end(Tx tx, String id) {
        tx.update("DELETE FROM volume_work WHERE id = ?", id);
    }

    /** A content that did not come to its place is nothing to bring there again when another is on its way. */
    static void forgetContents(Tx tx, String volume) {
        tx.update("DELETE FROM volume_work WHERE volume = ? AND kind IN ('REFILL', 'SWAP')", volume);
    }

    /** Nothing is taken back of a volume that is there, also where an earlier attempt could not end its own row. */
    static void forgetMakes(Tx tx, String volume) {
        tx.update("DELETE FROM volume_work WHERE volume = ? AND kind = 'MAKE'", volume);
    }

    /** With the volume goes all that was to be done with it. */
    static void forget(Tx tx, String volume) {
        tx.update("DELETE FROM volume_snapshot WHERE volume = ?", volume);
        tx.update("DELETE FROM volume_work WHERE volume = ?", volume);
    }

    static void rename(Tx tx, String from, Volume renamed) {
        String to = renamed.name();
        tx.update("UPDATE volume SET name = ?, labels = ? WHERE name = ?", to, Json.write(renamed.labels()), from);
        tx.update("UPDATE volume_snapshot SET volume = ? WHERE volume = ?", to, from);
        forgetMakes(tx, to);
        tx.update(
                "DELETE FROM volume_work WHERE kind = 'RENAME' AND (volume IN (?, ?) OR detail IN (?, ?))",
                from,
                to,
                from,
                to);
        tx.update("UPDATE volume_work SET volume = ? WHERE volume = ? AND kind IN ('REFILL', 'SWAP')", to, from);
    }

    private static Snapshot snapshot(Row row) {
        return new Snapshot(
                row.text(1), row.text(2), row.text(3), row.number(4), VolumeTable.texts(row.text(5)), row.number(6));
    }
}
