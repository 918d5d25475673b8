package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.linux.Executables;

/** Says why a container is not frozen into a checkpoint: a tool that is missing is another matter than an engine's lack. */
final class RefuseCheckpoint {
    private RefuseCheckpoint() {}

    static Future<Void> of(Container container) {
        String criu = Executables.find("criu")
                .map(path -> "CRIU is installed (" + path + "), but this engine does not use it")
                .orElse("CRIU is not installed on this host");
        return Future.failedFuture(WharfException.notImplemented(
                "cannot checkpoint container " + container.name() + ": checkpoints are not supported: " + criu));
    }
}
