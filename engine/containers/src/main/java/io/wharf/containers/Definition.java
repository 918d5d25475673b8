package io.wharf.containers;

import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.oci.CheckCreate;
import io.wharf.oci.Command;
import io.wharf.oci.MountPlan;
import java.util.List;
import java.util.Map;

/**
 * What a container was made as; of it change the host configuration, by an update of its limits, and the networks.
 *
 * @param createdNanos since the epoch
 * @param imageId digest of the image's config
 * @param config as {@link CheckCreate} completed it; its {@code image} is the name as it was asked for
 * @param networking its endpoints by the names of their networks; none for one in the mode's network
 * @param mounts with the volumes' names
 * @param driver storage driver of its root
 * @param cgroupPath {@code linux.cgroupsPath} of its spec
 * @param detached its last network was taken away
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
        String cgroupPath,
        boolean detached) {

    /** What its network is to be. */
    NetworkService.JoinNetworks join(String id, String name) {
        return join(id, name, config, host, networking, detached);
    }

    static NetworkService.JoinNetworks join(
            String id,
            String name,
            ContainerConfig config,
            HostConfig host,
            NetworkingConfig networking,
            boolean detached) {
        return new NetworkService.JoinNetworks(
                id,
                name,
                config.networkDisabled() ? "none" : host.networkMode(),
                config.hostname(),
                config.macAddress(),
                networking,
                List.copyOf(config.exposedPorts().keySet()),
                host.portBindings(),
                host.publishAllPorts(),
                host.dns(),
                host.dnsOptions(),
                detached);
    }

    /** What it asks of its networks, by their names; its mode's network where it asks nothing. */
    Map<String, EndpointConfig> endpoints() {
        Map<String, EndpointConfig> asked = networking.endpointsConfig();
        String mode = network();
        return asked.isEmpty() && !detached && !mode.startsWith(OtherContainers.MODE)
                ? Map.of(mode, EndpointConfig.NOTHING_ASKED)
                : asked;
    }

    /** The network that its mode names. */
    String network() {
        if (config.networkDisabled()) {
            return "none";
        }
        String mode = host.networkMode();
        return mode.isEmpty() || mode.equals("default") ? "bridge" : mode;
    }

    Definition with(HostConfig other) {
        return with(other, networking, detached);
    }

    Definition connected(String network, EndpointConfig asked) {
        return with(host, new NetworkingConfig(endpoints()).with(network, asked), false);
    }

    Definition disconnected(String network) {
        NetworkingConfig rest = new NetworkingConfig(endpoints()).without(network);
        return with(host, rest, rest.endpointsConfig().isEmpty());
    }

    private Definition with(HostConfig other, NetworkingConfig networks, boolean noneLeft) {
        return new Definition(
                createdNanos, imageId, config, other, networks, command, mounts, driver, cgroupPath, noneLeft);
    }

    /** Whether the policy of this name is the container's. */
    boolean restarts(String policy) {
        return policy.equals(host.restartPolicy().name());
    }

    static ContainerService.Exit exit(State state) {
        return new ContainerService.Exit(state.exitCode(), null);
    }
}
