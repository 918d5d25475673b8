package io.wharf.containers;

import io.wharf.base.Tx;
import io.wharf.oci.MountTarget;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The events of the volumes that a run has mounted, for the very commits that begin and end it: whoever reads the journal
 * finds each mount come and go once, whatever the engine died of in between.
 */
final class VolumeEvents {
    private VolumeEvents() {}

    static void mounted(Tx tx, Container container) {
        volumes(container)
                .values()
                .forEach(volume -> announce(tx, container, "mount", volume, volume.eventAttributes()));
    }

    static void unmounted(Tx tx, Container container) {
        volumes(container).values().forEach(volume -> announce(tx, container, "unmount", volume, Map.of()));
    }

    /** One that is mounted at several places is told of once, at the first. */
    private static Map<String, MountTarget> volumes(Container container) {
        Map<String, MountTarget> volumes = new LinkedHashMap<>();
        for (MountTarget target : container.definition().mounts().targets()) {
            if (target.isVolume()) {
                volumes.putIfAbsent(target.name(), target);
            }
        }
        return volumes;
    }

    private static void announce(
            Tx tx, Container container, String action, MountTarget volume, Map<String, String> place) {
        Map<String, String> attributes = new HashMap<>(place);
        attributes.put("driver", volume.driver());
        attributes.put("container", container.id());
        tx.announce("volume", action, volume.name(), attributes);
    }
}
