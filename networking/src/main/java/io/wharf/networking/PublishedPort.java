package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A port of a container and the port of the host that leads to it.
 *
 * @param hostIp dotted; {@code 0.0.0.0} for every address of the host
 */
record PublishedPort(
        Protocol protocol,
        int containerPort,
        @JsonProperty("HostIP") String hostIp,
        int hostPort) {
    static final String ANY = "0.0.0.0";

    /** The container's side as Docker writes it: {@code 80/tcp}. */
    String key() {
        return containerPort + "/" + protocol;
    }

    boolean onEveryAddress() {
        return hostIp.equals(ANY);
    }
}
