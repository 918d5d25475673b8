package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.volumes.drivers.VolumeDriver;
import io.wharf.volumes.plugins.PluginDrivers;
import java.util.List;

/** The drivers by name. */
final class Drivers {
    /** The driver of volumes that ask for none. */
    static final String LOCAL = "local";

    private final VolumeDriver local;
    private final PluginDrivers plugins;

    Drivers(VolumeDriver local, PluginDrivers plugins) {
        this.local = local;
        this.plugins = plugins;
    }

    /** Refuses an unknown one in Docker's words; may have to ask a plugin first. */
    Future<VolumeDriver> named(String name) {
        return name.equals(LOCAL) ? Future.succeededFuture(local) : plugins.named(name);
    }

    /** The driver of a volume that is there. */
    Future<VolumeDriver> of(Volume volume) {
        return named(volume.driver());
    }

    VolumeDriver local() {
        return local;
    }

    PluginDrivers plugins() {
        return plugins;
    }

    List<VolumeDriver> all() {
        return List.of(local);
    }
}
