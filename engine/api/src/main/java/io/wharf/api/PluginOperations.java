package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import java.util.List;

/** Plugins that the engine itself would fetch and run as containers: there are none, and none can be had. */
final class PluginOperations {
    private static final String UNMANAGED = "this engine does not install plugins: start them yourself, they are found"
            + " by their sockets and descriptions in /run/docker/plugins, /etc/docker/plugins and"
            + " /usr/lib/docker/plugins";

    void register(Handlers handlers) {
        handlers.on("PluginList", PluginOperations::list)
                .on("PluginPrivileges", PluginOperations::unmanaged)
                .on("PluginPull", PluginOperations::unmanaged)
                .on("PluginCreate", PluginOperations::unmanaged);
        for (String operation : List.of(
                "PluginInspect",
                "PluginDelete",
                "PluginEnable",
                "PluginDisable",
                "PluginUpgrade",
                "PluginPush",
                "PluginSet")) {
            handlers.on(operation, PluginOperations::unknown);
        }
    }

    private static Future<Reply> list(Call call) {
        call.filters("enabled", "capability");
        return Reply.ok(List.of());
    }

    private static Future<Reply> unmanaged(Call call) {
        call.answered();
        return Future.failedFuture(WharfException.notImplemented(UNMANAGED));
    }

    private static Future<Reply> unknown(Call call) {
        return Future.failedFuture(WharfException.notFound("plugin \"" + call.path("name") + "\" not found"));
    }
}
