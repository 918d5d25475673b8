package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wharf.base.Json;
import io.wharf.base.KernelObject;
import java.util.List;

/**
 * All that a container has of the network, as the ledger keeps it from before the first of it is made until the last is
 * gone.
 *
 * @param name of the container, without slash
 * @param sandboxId of this membership; not shown where it is in another's namespace
 * @param netns path that holds its own namespace; empty in the host's or another container's
 * @param sharedWith id of the container whose namespace it uses; empty for none
 * @param exposed ports that are shown whether published or not, as {@code 80/tcp}
 */
record Membership(
        String containerId,
        String name,
        @JsonProperty("SandboxID") String sandboxId,
        String netns,
        String sharedWith,
        List<Endpoint> endpoints,
        List<PublishedPort> ports,
        List<String> exposed) {
    static final String KIND = "sandbox";

    Membership {
        endpoints = List.copyOf(endpoints);
        ports = List.copyOf(ports);
        exposed = List.copyOf(exposed);
    }

    /** Of its record: a container may be back before the last of its former membership is gone. */
    String key() {
        return sandboxId;
    }

    boolean ownsNamespace() {
        return !netns.isEmpty();
    }

    Membership named(String other) {
        return new Membership(containerId, other, sandboxId, netns, sharedWith, endpoints, ports, exposed);
    }

    KernelObject record() {
        return new KernelObject(KIND, key(), containerId, Json.write(this));
    }
}
