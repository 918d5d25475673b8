package io.wharf.logs;

import java.util.List;
import java.util.Map;

/**
 * The container that speaks, as drivers name it to their destinations.
 *
 * @param id full id
 * @param name without slash
 * @param imageId with algorithm
 * @param imageName as the client gave it
 * @param createdNanos since the epoch
 * @param command entrypoint and arguments in one line
 * @param env {@code NAME=value}
 * @param daemonName the engine's name in tags
 * @param options of the log configuration, the engine's defaults included
 */
record LogSource(
        String id,
        String name,
        String imageId,
        String imageName,
        long createdNanos,
        String command,
        Map<String, String> labels,
        List<String> env,
        String daemonName,
        Map<String, String> options) {
    LogSource {
        labels = Map.copyOf(labels);
        env = List.copyOf(env);
        options = Map.copyOf(options);
    }
}
