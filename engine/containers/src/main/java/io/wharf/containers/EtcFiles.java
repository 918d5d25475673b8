package io.wharf.containers;

import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkService;
import java.nio.file.Path;

/** The files of a container that tell it who it is: {@code /etc/hostname}, {@code hosts} and {@code resolv.conf}. */
record EtcFiles(Path hostname, Path hosts, Path resolvConf) {
    /** Where they lie in a container's folder ({@code Layout.container(id)}), written or not. */
    static EtcFiles in(Path folder) {
        return new EtcFiles(folder.resolve("hostname"), folder.resolve("hosts"), folder.resolve("resolv.conf"));
    }

    /**
     * Writes the three anew, as each start does; on a thread that may block.
     *
     * @param folder the container's own
     * @param gateway the default bridge's address, which {@code host-gateway} stands for; empty for none
     */
    static EtcFiles write(
            Path folder, ContainerConfig config, HostConfig host, NetworkService.Sandbox sandbox, String gateway) {
        throw new UnsupportedOperationException(folder + gateway + config + host + sandbox);
    }
}
