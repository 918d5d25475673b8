package io.wharf.containers;

import io.wharf.linux.MountedTree.Part;
import io.wharf.oci.EtcFiles;
import io.wharf.oci.MountPlan;
import io.wharf.oci.MountTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is mounted into the root of a container that does not run, for those who look at its files. */
final class ViewParts {
    private ViewParts() {}

    /**
     * In the order of mounting. A tmpfs is empty and goes with the view, as it would with a run.
     *
     * @param etc the folder with the files of /etc, which are there once it has run
     */
    static List<Part> of(MountPlan mounts, Container container, Path etc) {
        List<Part> parts = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        mounts.targets().forEach(target -> taken.add(target.destination()));
        EtcFiles files = EtcFiles.in(etc);
        boolean readOnly = container.host().readonlyRootfs();
        for (MountTarget target : mounts.targets()) {
            boolean tmpfs = !target.isVolume() && target.source().isEmpty();
            parts.add(new Part(
                    tmpfs ? "" : target.source(),
                    target.destination(),
                    target.readOnly(),
                    !target.isVolume() && target.recursive()));
        }
        // Last, as in a run: a mount at /etc would hide them.
        addFile(parts, taken, "/etc/resolv.conf", files.resolvConf(), readOnly);
        addFile(parts, taken, "/etc/hostname", files.hostname(), readOnly);
        addFile(parts, taken, "/etc/hosts", files.hosts(), readOnly);
        return parts;
    }

    private static void addFile(List<Part> parts, Set<String> taken, String inside, Path file, boolean readOnly) {
        if (!taken.contains(inside) && Files.exists(file)) {
            parts.add(new Part(file.toString(), inside, readOnly, false));
        }
    }
}
