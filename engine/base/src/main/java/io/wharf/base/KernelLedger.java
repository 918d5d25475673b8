package io.wharf.base;

import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger LOG = LoggerFactory.getLogger(KernelLedger.class);

    private final Store store;
    private final boolean rebooted;

    private KernelLedger(Store store, boolean rebooted) {
        this.store = store;
        this.rebooted = rebooted;
    }

    /** Opens the ledger of this boot; one of an earlier boot is thrown away, and so is one that a power cut damaged. */
    public static KernelLedger open(Path file, String bootId) {
        boolean existed = Files.exists(file);
        Store ofThisBoot = existed ? openOfBoot(file, bootId) : null;
        if (ofThisBoot != null) {
            return new KernelLedger(ofThisBoot, false);
        }
        delete(file);
        Store store = Store.open(file, Store.Durability.PROCESS, List.of(SCHEMA));
        await(store.write(tx -> tx.update("INSERT INTO boot(id) VALUES (?)", bootId)));
        return new KernelLedger(store, existed);
    }

    /** Without fsync only a power cut can damage the file, and then nothing that it tells of is there any more. */
    private static @Nullable Store openOfBoot(Path file, String bootId) {
        try {
            Store store = Store.open(file, Store.Durability.PROCESS, List.of(SCHEMA));
            if (await(store.read("SELECT id FROM boot", row -> row.text(1))).contains(bootId)) {
                return store;
            }
            store.close();
        } catch (WharfException | CompletionException e) {
            LOG.warn("the ledger {} cannot be read and is begun anew: {}", file, e.toString());
        }
        return null;
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
                        put(tx, object);
                    }
                    return Boolean.TRUE;
                })
                .mapEmpty();
    }

    /** Strikes one out and records another in its place, both or none. */
    public Future<Void> replace(String kind, String key, KernelObject other) {
        return store.write(tx -> {
                    put(tx, other);
                    tx.update("DELETE FROM kernel_object WHERE kind = ? AND key = ?", kind, key);
                    return Boolean.TRUE;
                })
                .mapEmpty();
    }

    private static void put(Tx tx, KernelObject object) {
        FailurePoint.reach("record " + object.kind());
        tx.update(
                "INSERT INTO kernel_object(kind, key, owner, detail) VALUES (?1, ?2, ?3, ?4)"
                        + " ON CONFLICT(kind, key) DO UPDATE SET owner = ?3, detail = ?4",
                object.kind(),
                object.key(),
                object.owner(),
                object.detail());
    }

    public Future<Void> strike(String kind, String key) {
        return strike(kind, List.of(key));
    }

    public Future<Void> strike(String kind, List<String> keys) {
        return store.write(tx -> {
                    for (String key : keys) {
                        FailurePoint.reach("strike " + kind);
                        tx.update("DELETE FROM kernel_object WHERE kind = ? AND key = ?", kind, key);
                    }
                    return Boolean.TRUE;
                })
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
