package io.wharf.containers;

import java.nio.file.Path;
import java.util.List;

/** Writes a container's bundle: the {@code config.json} of the OCI runtime specification 1.0.2. */
final class Bundle {
    private final HostFacts facts;
    private final CgroupPaths cgroups;

    Bundle(HostFacts facts, CgroupPaths cgroups) {
        this.facts = facts;
        this.cgroups = cgroups;
    }

    /**
     * Writes {@code folder/config.json}, making the folder; on a thread that may block, for it reads the root's user
     * database. Takes less than a millisecond.
     *
     * @return what this host could not give and the container goes without, for the log
     */
    List<String> write(SpecInput input, Path folder) {
        throw new UnsupportedOperationException(facts + " " + cgroups + input + folder);
    }
}
