package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDefaults;
import io.wharf.oci.Runtimes;

/** What the configuration may change while the engine runs: the runtimes, and what containers to come get. */
final class Adjustable {
    private volatile Future<Runtimes> found;
    private volatile ContainerDefaults defaults;

    /**
     * As the engine starts.
     *
     * @param found the probe of the runtimes, which takes a while the first time
     */
    Adjustable(Future<Runtimes> found, ContainerDefaults defaults) {
        this.found = found;
        this.defaults = defaults;
    }

    void take(Runtimes runtimes, ContainerDefaults now) {
        found = Future.succeededFuture(runtimes);
        defaults = now;
    }

    Future<Runtimes> found() {
        return found;
    }

    ContainerDefaults defaults() {
        return defaults;
    }

    Runtimes runtimes() {
        if (!found.succeeded()) {
            throw new WharfException(ErrorKind.UNAVAILABLE, "the OCI runtimes are still being tried");
        }
        return found.result();
    }
}
