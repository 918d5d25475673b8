package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.base.Row;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.base.Tx;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkService.Sandbox;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The table of containers, and the commits that change a container in memory only when they are durable. */
final class ContainerTable {
    static final Schema SCHEMA = new Schema(
            "containers",
            List.of(
                    "CREATE TABLE container(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_ns INTEGER NOT NULL,"
                            + " definition TEXT NOT NULL, state TEXT NOT NULL, sandbox TEXT,"
                            + " stop_wanted INTEGER NOT NULL DEFAULT 0)",
                    "ALTER TABLE container ADD COLUMN health TEXT"));

    private final Store store;

    ContainerTable(Store store) {
        this.store = store;
    }

    /** All containers, oldest first. */
    Future<List<Container>> load() {
        return store.read(
                "SELECT id, name, definition, state, sandbox, stop_wanted, health FROM container ORDER BY created_ns",
                ContainerTable::container);
    }

    private static Container container(Row row) {
        String sandbox = row.textOrNull(5);
        String health = row.textOrNull(7);
        Container container = new Container(
                row.text(1),
                row.text(2),
                Json.read(row.text(3), Definition.class),
                Json.read(row.text(4), State.class),
                sandbox == null ? null : Json.read(sandbox, Sandbox.class),
                row.flag(6));
        container.health(health == null ? null : Json.read(health, Health.class));
        return container;
    }

    Future<Void> insert(Container container) {
        return store.write(tx -> {
                    tx.update(
                            "INSERT INTO container(id, name, created_ns, definition, state, sandbox, stop_wanted)"
                                    + " VALUES (?, ?, ?, ?, ?, NULL, 0)",
                            container.id(),
                            container.name(),
                            container.definition().createdNanos(),
                            Json.write(container.definition()),
                            Json.write(container.state()));
                    return announce(tx, container, "create", Map.of());
                })
                .mapEmpty();
    }

    /**
     * Commits a new state, and what is announced with it; the container shows it once it is durable. What the sandboxes
     * of before and after differ in is told as well: who comes into a network before all else, who leaves one after it; and
     * so are the volumes of a run that begins or ends.
     */
    Future<Void> commit(Container container, State next, @Nullable Sandbox sandbox, Consumer<Tx> announcements) {
        boolean stopWanted = container.stopWanted();
        boolean ran = container.status().hasProcess();
        boolean runs = next.status().hasProcess();
        NetworkEvents networks = new NetworkEvents(container.id(), container.sandbox(), sandbox);
        return store.write(tx -> {
                    tx.update(
                            "UPDATE container SET state = ?, sandbox = ?, stop_wanted = ? WHERE id = ?",
                            Json.write(next),
                            sandbox == null ? null : Json.write(sandbox),
                            stopWanted,
                            container.id());
                    networks.connected(tx);
                    if (runs && !ran) {
                        VolumeEvents.mounted(tx, container);
                    }
                    announcements.accept(tx);
                    networks.disconnected(tx);
                    if (ran && !runs) {
                        VolumeEvents.unmounted(tx, container);
                    }
                    return next;
                })
                .onSuccess(durable -> container.committed(durable, sandbox))
                .mapEmpty();
    }

    /** The same with one event. */
    Future<Void> commit(
            Container container, State next, @Nullable Sandbox sandbox, String action, Map<String, String> more) {
        return commit(container, next, sandbox, tx -> announce(tx, container, action, more));
    }

    /** Commits a new verdict over its health and what is announced with it. */
    Future<Void> commitHealth(Container container, Health next, String action, Map<String, String> more) {
        return store.write(tx -> {
                    writeHealth(tx, container, next);
                    return announce(tx, container, action, more);
                })
                .onSuccess(durable -> container.health(next))
                .mapEmpty();
    }

    /** As part of a larger change; the container is told by whoever makes that. */
    static void writeHealth(Tx tx, Container container, Health next) {
        tx.update("UPDATE container SET health = ? WHERE id = ?", Json.write(next), container.id());
    }

    /** Remembers a stop by hand before the signal is sent, so that no policy undoes it after a crash. */
    Future<Void> wantStop(Container container) {
        return store.write(tx -> tx.update("UPDATE container SET stop_wanted = 1 WHERE id = ?", container.id()))
                .onSuccess(durable -> container.stopWanted(true))
                .mapEmpty();
    }

    Future<Void> rename(Container container, String name) {
        String before = container.name();
        return store.write(tx -> {
                    tx.update("UPDATE container SET name = ? WHERE id = ?", name, container.id());
                    Map<String, String> attributes = EventAttributes.of(container, Map.of("oldName", "/" + before));
                    attributes.put("name", name);
                    return tx.announce("container", "rename", container.id(), attributes);
                })
                .onSuccess(durable -> container.renamed(name))
                .mapEmpty();
    }

    /** Keeps another host configuration, with an event unless its action is empty. */
    Future<Void> redefine(Container container, HostConfig host, String action) {
        Definition next = container.definition().with(host);
        return store.write(tx -> {
                    tx.update("UPDATE container SET definition = ? WHERE id = ?", Json.write(next), container.id());
                    return action.isEmpty() ? "" : announce(tx, container, action, Map.of());
                })
                .onSuccess(durable -> container.redefined(next))
                .mapEmpty();
    }

    /** Keeps what it asks of its networks, and what it has of them while it runs. */
    Future<Void> rewire(Container container, Definition next, @Nullable Sandbox sandbox) {
        NetworkEvents networks = new NetworkEvents(container.id(), container.sandbox(), sandbox);
        return store.write(tx -> {
                    tx.update(
                            "UPDATE container SET definition = ?, sandbox = ? WHERE id = ?",
                            Json.write(next),
                            sandbox == null ? null : Json.write(sandbox),
                            container.id());
                    networks.connected(tx);
                    networks.disconnected(tx);
                    return next;
                })
                .onSuccess(durable -> {
                    container.redefined(durable);
                    container.committed(container.state(), sandbox);
                })
                .mapEmpty();
    }

    /** Keeps what it asks to have published, and what is published while it runs. */
    Future<Void> republish(Container container, Definition next, Sandbox sandbox) {
        return store.write(tx -> {
                    tx.update(
                            "UPDATE container SET definition = ?, sandbox = ? WHERE id = ?",
                            Json.write(next),
                            Json.write(sandbox),
                            container.id());
                    return announce(tx, container, "update", Map.of());
                })
                .onSuccess(durable -> {
                    container.redefined(next);
                    container.committed(container.state(), sandbox);
                })
                .mapEmpty();
    }

    Future<Void> delete(Container container) {
        return store.write(tx -> {
                    tx.update("DELETE FROM container WHERE id = ?", container.id());
                    return announce(tx, container, "destroy", Map.of());
                })
                .mapEmpty();
    }

    /** An event that changes nothing here. */
    Future<Void> announce(Container container, String action, Map<String, String> more) {
        return store.write(tx -> announce(tx, container, action, more)).mapEmpty();
    }

    /** The end of a prune that gave so many bytes back. */
    Future<Void> announcePrune(long bytes) {
        return store.write(tx -> tx.announce("container", "prune", "", Map.of("reclaimed", Long.toString(bytes))))
                .mapEmpty();
    }

    static Object announce(Tx tx, Container container, String action, Map<String, String> more) {
        return tx.announce("container", action, container.id(), EventAttributes.of(container, more));
    }
}
