package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.base.Tx;
import java.util.List;

/** The SQL of networks. */
final class NetworkTable {
    static final Schema SCHEMA = new Schema(
            "networks",
            List.of("CREATE TABLE network(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL)"
                    + " WITHOUT ROWID"));

    private NetworkTable() {}

    static Future<List<Network>> load(Store store) {
        return store.read("SELECT body FROM network", row -> StoredNetwork.read(row.text(1)));
    }

    static void put(Tx tx, Network network) {
        tx.update(
                "INSERT INTO network(id, name, body) VALUES (?1, ?2, ?3) ON CONFLICT(id) DO UPDATE SET body = ?3",
                network.id(),
                network.name(),
                Json.write(network));
    }

    static void delete(Tx tx, String id) {
        tx.update("DELETE FROM network WHERE id = ?", id);
    }
}
