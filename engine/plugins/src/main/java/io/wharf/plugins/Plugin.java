package io.wharf.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/** A plugin that was activated. */
public final class Plugin {
    private final String name;
    private final Set<String> kinds;
    private final PluginCalls calls;
    private final Consumer<Throwable> down;

    Plugin(String name, Set<String> kinds, PluginCalls calls, Consumer<Throwable> down) {
        this.name = name;
        this.kinds = kinds;
        this.calls = calls;
        this.down = down;
    }

    public String name() {
        return name;
    }

    /** Whether it said that it is one of this kind, such as {@code VolumeDriver}. */
    public boolean is(String kind) {
        return kinds.contains(kind);
    }

    /**
     * Asks it something.
     *
     * @param method such as {@code VolumeDriver.Mount}
     * @param limit how long the answer may take
     * @return its answer, an object; fails with UNAVAILABLE where there is none, with NOT_FOUND for a 404, else INTERNAL
     *     with the plugin's own words
     */
    public Future<JsonNode> call(String method, Object body, Duration limit) {
        return calls.call(method, body, limit).onFailure(failure -> {
            if (failure instanceof WharfException known && known.kind() == ErrorKind.UNAVAILABLE) {
                down.accept(failure);
            }
        });
    }
}
