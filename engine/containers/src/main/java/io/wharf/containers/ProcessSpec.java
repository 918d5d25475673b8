package io.wharf.containers;

import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ExecService;
import io.wharf.contracts.HostConfig;
import java.nio.file.Path;
import java.util.List;

/** The {@code process} object of the OCI runtime specification, for a container and for {@code exec --process}. */
final class ProcessSpec {
    private final HostFacts facts;

    ProcessSpec(HostFacts facts) {
        this.facts = facts;
    }

    /**
     * The JSON of a further process; on a thread that may block, for it reads the root's user database.
     *
     * @param root the container's mounted root
     */
    byte[] forExec(
            String containerId,
            ContainerConfig config,
            HostConfig host,
            ExecService.ExecConfig exec,
            List<Integer> consoleSize,
            Path root) {
        throw new UnsupportedOperationException(facts + containerId + config + host + exec + consoleSize + root);
    }
}
