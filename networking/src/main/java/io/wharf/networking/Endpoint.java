package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.networking.address.Ip;
import java.net.InetAddress;

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

    /** The address alone, without its prefix. */
    InetAddress inet() {
        return Ip.ofCidr(address);
    }
}
