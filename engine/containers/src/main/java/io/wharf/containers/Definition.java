package io.wharf.containers;

import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.oci.CheckCreate;
import io.wharf.oci.Command;
import io.wharf.oci.MountPlan;
import java.util.List;

/**
 * What a container was made as; of it only the host configuration changes, by an update of its limits.
 *
 * @param createdNanos since the epoch
 * @param imageId digest of the image's config
 * @param config as {@link CheckCreate} completed it; its {@code image} is the name as it was asked for
 * @param networking endpoints that were asked for beside the network mode
 * @param mounts with the volumes' names
 * @param driver storage driver of its root
 * @param cgroupPath {@code linux.cgroupsPath} of its spec
 */
record Definition(
        long createdNanos,
        String imageId,
        ContainerConfig config,
        HostConfig host,
        NetworkingConfig networking,
        Command command,
        MountPlan mounts,
        String driver,
        String cgroupPath) {

    /** What its network is to be. */
    NetworkService.JoinNetworks join(String id, String name) {
        return join(id, name, config, host, networking);
    }

    static NetworkService.JoinNetworks join(
            String id, String name, ContainerConfig config, HostConfig host, NetworkingConfig networking) {
        return new NetworkService.JoinNetworks(
                id,
                name,
                config.networkDisabled() ? "none" : host.networkMode(),
                config.hostname(),
                config.macAddress(),
                networking,
                List.copyOf(config.exposedPorts().keySet()),
                host.portBindings(),
                host.publishAllPorts());
    }

    Definition with(HostConfig other) {
        return new Definition(createdNanos, imageId, config, other, networking, command, mounts, driver, cgroupPath);
    }

    /** Whether the policy of this name is the container's. */
    boolean restarts(String policy) {
        return policy.equals(host.restartPolicy().name());
    }

    static ContainerService.Exit exit(State state) {
        return new ContainerService.Exit(state.exitCode(), null);
    }
}
