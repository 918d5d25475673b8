package io.wharf.networking.ports;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wharf.networking.address.Ip;
import java.net.InetAddress;
import java.util.Collection;

/**
 * A port of a container and the port of the host that leads to it.
 *
 * @param hostIp as Docker writes it; {@code 0.0.0.0} or {@code ::} for every address of the host
 * @param hostPort 0 where no port of the host is needed: the container's own address is reached
 */
public record PublishedPort(
        Protocol protocol,
        int containerPort,
        @JsonProperty("HostIP") String hostIp,
        int hostPort) {
    public static final String ANY = "0.0.0.0";
    public static final String ANY_V6 = "::";

    /** The container's side as Docker writes it: {@code 80/tcp}. */
    public String key() {
        return containerPort + "/" + protocol;
    }

    public boolean onEveryAddress() {
        return hostIp.equals(ANY) || hostIp.equals(ANY_V6);
    }

    public boolean isIpv6() {
        return hostIp.indexOf(':') >= 0;
    }

    /** Whether one of these has its port of the host, wherever it leads. */
    public boolean isAmong(Collection<PublishedPort> ports) {
        return ports.stream()
                .anyMatch(other ->
                        other.protocol == protocol && other.hostPort == hostPort && other.isIpv6() == isIpv6());
    }

    InetAddress host() {
        return Ip.parse(hostIp);
    }
}
