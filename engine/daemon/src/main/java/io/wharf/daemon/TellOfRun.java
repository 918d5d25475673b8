package io.wharf.daemon;

import io.wharf.base.Store;
import io.wharf.base.Tx;
import io.wharf.contracts.EngineOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * The engine's own start and stop in the journal, around all that happens in between. The start is told in the commit of the
 * first event that there is, so that no start waits for it; what it tells of the run before is a word of the same commit.
 */
final class TellOfRun implements Consumer<Tx>, AutoCloseable {
    /** Which session runs, by a word of its own; empty after a stop, null before the first. */
    static final String COLUMN = "ALTER TABLE engine ADD COLUMN run TEXT";

    private final Store store;
    private final EngineOptions options;
    private final String run;
    private volatile boolean serving;

    /** Of an engine that begins now; to be closed before the store is, and while events are still distributed. */
    TellOfRun(Store store, EngineOptions options) {
        this.store = store;
        this.options = options;
        this.run = options.bootId() + "/" + System.nanoTime();
        store.openWith(this);
    }

    /** From here on its end is a stop; one that failed to start is told of only where something happened meanwhile. */
    void serves() {
        serving = true;
    }

    /** Has the start told where nothing else was. */
    void begun() {
        store.write(tx -> {
            tx.open();
            return tx;
        });
    }

    @Override
    public void accept(Tx tx) {
        String id = SystemVerticle.engineId(tx);
        List<String> before = tx.query("SELECT coalesce(run, 'none') FROM engine", row -> row.text(1));
        Map<String, String> attributes = attributes();
        attributes.put(
                "previous",
                before.getFirst().equals("none") ? "first" : before.getFirst().isEmpty() ? "stop" : "crash");
        tx.update("UPDATE engine SET run = ?", run);
        tx.announce("daemon", "start", id, attributes);
    }

    /** Returns when the stop is durable. */
    @Override
    public void close() {
        try {
            store.write(tx -> {
                        if (serving) {
                            tx.open();
                        }
                        if (tx.update("UPDATE engine SET run = '' WHERE run = ?", run) > 0) {
                            tx.announce("daemon", "stop", SystemVerticle.engineId(tx), attributes());
                        }
                        return tx;
                    })
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw new IllegalStateException("the stop is not in the journal: " + e.getCause(), e);
        }
    }

    private Map<String, String> attributes() {
        Map<String, String> attributes = new HashMap<>();
        attributes.put("name", HostDescription.hostName());
        attributes.put("version", options.version());
        attributes.put("boot", options.bootId());
        return attributes;
    }
}
