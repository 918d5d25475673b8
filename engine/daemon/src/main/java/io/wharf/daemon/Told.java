package io.wharf.daemon;

import io.wharf.contracts.EngineOptions;
import java.util.List;
import java.util.Map;

/**
 * What the operator said of the engine as a whole; another takes its place when the configuration is read anew.
 *
 * @param options what the rooms are told
 * @param logLevel how much is logged
 * @param labels of the engine, {@code key=value} each
 * @param features switched on or off
 * @param experimental whether clients are told so
 * @param liveRestore whether containers go on while the engine is away
 * @param shutdownSeconds for containers to stop where they do not; negative for as long as it takes
 * @param resources of the machine, as {@code docker info} has them
 */
record Told(
        EngineOptions options,
        String logLevel,
        List<String> labels,
        Map<String, Boolean> features,
        boolean experimental,
        boolean liveRestore,
        int shutdownSeconds,
        List<Map<String, Object>> resources) {
    static Told by(Settings settings) {
        EngineSettings engine = new EngineSettings(settings);
        return new Told(
                settings.toOptions(),
                engine.logLevel(),
                engine.labels(),
                engine.features(),
                engine.experimental(),
                engine.liveRestore(),
                engine.shutdownSeconds(),
                new GenericResources(settings.texts("node-generic-resources")).shown());
    }

    /** This with what may change while the engine runs, taken from what it is told now. */
    Told adjusted(Told now) {
        return new Told(
                options.adjusted(now.options),
                now.logLevel,
                now.labels,
                now.features,
                experimental,
                now.liveRestore,
                now.shutdownSeconds,
                resources);
    }
}
