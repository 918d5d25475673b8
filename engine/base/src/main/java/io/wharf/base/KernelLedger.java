package io.wharf.base;

import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The record of kernel objects: written before each is made, struck out after it is gone.
 *
 * <p>It lives under the exec root, without fsync, and is tied to the boot id: after a reboot none of the objects exist
 * and the file starts anew. At start each room asks for its kinds and compares record with reality.
 */
public final class KernelLedger implements AutoCloseable {
    private static final Schema SCHEMA = new Schema(
            "ledger",
            List.of("CREATE TABLE kernel_object(kind TEXT NOT NULL, key TEXT NOT NULL, owner TEXT NOT NULL,"
                    + " detail TEXT NOT NULL, PRIMARY KEY(kind, key)) WITHOUT ROWID;"
                    + "CREATE TABLE boot(id TEXT PRIMARY KEY)"));

    private final Store store;
    private final boolean rebooted;

    private KernelLedger(Store store, boolean rebooted) {
        this.store = store;
        this.rebooted = rebooted;
    }

    /** Opens the ledger of this boot; one of an earlier boot is thrown away. */
    public static KernelLedger open(Path file, String bootId) {
        boolean existed = Files.exists(file);
        Store store = Store.open(file, Store.Durability.PROCESS, List.of(SCHEMA));
        boolean same =
                await(store.read("SELECT id FROM boot", row -> row.text(1))).contains(bootId);
        boolean rebooted = existed && !same;
        if (rebooted) {
            store.close();
            delete(file);
            store = Store.open(file, Store.Durability.PROCESS, List.of(SCHEMA));
        }
        await(store.write(tx -> tx.update("INSERT OR IGNORE INTO boot(id) VALUES (?)", bootId)));
        return new KernelLedger(store, rebooted);
    }

    /** Whether the machine was started anew since the ledger was last written. */
    public boolean rebooted() {
        return rebooted;
    }

    public Future<Void> record(KernelObject object) {
        return record(List.of(object));
    }

    public Future<Void> record(List<KernelObject> objects) {
        return store.write(tx -> {
                    for (KernelObject object : objects) {
                        tx.update(
                                "INSERT INTO kernel_object(kind, key, owner, detail) VALUES (?1, ?2, ?3, ?4)"
                                        + " ON CONFLICT(kind, key) DO UPDATE SET owner = ?3, detail = ?4",
                                object.kind(),
                                object.key(),
                                object.owner(),
                                object.detail());
                    }
                    return Boolean.TRUE;
                })
                .mapEmpty();
    }

    public Future<Void> strike(String kind, String key) {
        return store.write(tx -> tx.update("DELETE FROM kernel_object WHERE kind = ? AND key = ?", kind, key))
                .mapEmpty();
    }

    public Future<List<KernelObject>> ofKind(String kind) {
        return store.read(
                "SELECT kind, key, owner, detail FROM kernel_object WHERE kind = ?", KernelLedger::object, kind);
    }

    public Future<List<KernelObject>> ofOwner(String owner) {
        return store.read(
                "SELECT kind, key, owner, detail FROM kernel_object WHERE owner = ?", KernelLedger::object, owner);
    }

    @Override
    public void close() {
        store.close();
    }

    private static KernelObject object(Row row) {
        return new KernelObject(row.text(1), row.text(2), row.text(3), row.text(4));
    }

    /** Waits outside any event loop: the ledger is opened before the first verticle. */
    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private static void delete(Path file) {
        try {
            for (String suffix : List.of("", "-wal", "-shm")) {
                Files.deleteIfExists(Path.of(file + suffix));
            }
        } catch (IOException e) {
            throw WharfException.internal("cannot remove the ledger of an earlier boot: " + e.getMessage(), e);
        }
    }
}
