package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;

/**
 * A container's place in a network.
 *
 * @param address in CIDR form; empty where the network gives none
 * @param mac empty likewise
 * @param veth the host's end of the pair; empty likewise
 * @param asked what the client wanted of it
 */
record Endpoint(
        @JsonProperty("Id") String id,
        String networkId,
        String address,
        String mac,
        String veth,
        EndpointConfig asked) {
    boolean isWired() {
        return !veth.isEmpty();
    }

    /** The address alone, as a number. */
    int number() {
        return Subnet.addressOf(address);
    }
}
