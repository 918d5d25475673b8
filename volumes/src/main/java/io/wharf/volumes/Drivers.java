package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.volumes.drivers.VolumeDriver;
import java.util.List;

/** The drivers by name. */
final class Drivers {
    /** The driver of volumes that ask for none. */
    static final String LOCAL = "local";

    private final VolumeDriver local;

    Drivers(VolumeDriver local) {
        this.local = local;
    }

    /** Refuses an unknown one in Docker's words; may have to ask a plugin first. */
    Future<VolumeDriver> named(String name) {
        return name.equals(LOCAL)
                ? Future.succeededFuture(local)
                : Future.failedFuture(WharfException.notFound(
                        "error looking up volume plugin " + name + ": plugin \"" + name + "\" not found"));
    }

    /** The driver of a volume that is there. */
    Future<VolumeDriver> of(Volume volume) {
        return named(volume.driver());
    }

    VolumeDriver local() {
        return local;
    }

    List<VolumeDriver> all() {
        return List.of(local);
    }
}
