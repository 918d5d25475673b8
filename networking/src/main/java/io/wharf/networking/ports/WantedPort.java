package io.wharf.networking.ports;

import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig.PortBinding;
import io.wharf.networking.address.Ip;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A port that a container asks to have published.
 *
 * @param hosts addresses of the host, which all get the same port; those of a family that the container is not reached
 *     in are left out
 * @param first lowest acceptable port of the host, 0 for any of the engine's choice
 * @param last highest acceptable one
 */
public record WantedPort(Protocol protocol, int containerPort, List<InetAddress> hosts, int first, int last) {
    private static final int HIGHEST = 65_535;

    private record Range(int first, int last) {}

    public WantedPort {
        hosts = List.copyOf(hosts);
    }

    /**
     * Reads all that a container wants published, in the order of the container's ports.
     *
     * @param exposed as {@code 80/tcp}; each gets a random port where all are to be published and none is bound
     * @param binding the host's address for ports that name none, or null for every address of both families
     */
    public static List<WantedPort> parse(
            List<String> exposed,
            Map<String, List<PortBinding>> bindings,
            boolean publishAll,
            @Nullable InetAddress binding) {
        List<WantedPort> wanted = new ArrayList<>();
        for (Map.Entry<String, List<PortBinding>> entry : bindings.entrySet()) {
            for (PortBinding one : entry.getValue()) {
                wanted.add(parse(entry.getKey(), one, binding));
            }
        }
        if (publishAll) {
            for (String port : new TreeSet<>(exposed)) {
                if (bindings.getOrDefault(port, List.of()).isEmpty()) {
                    wanted.add(parse(port, new PortBinding("", ""), binding));
                }
            }
        }
        return wanted;
    }

    /** Whether a port of the host that somebody has could be what is chosen here. */
    public boolean mayTake(PublishedPort port) {
        return port.protocol() == protocol && port.hostPort() >= first && port.hostPort() <= last;
    }

    /** Those of these ports that are what is wanted here, one for each address that has one; none where any is amiss. */
    public List<PublishedPort> among(List<PublishedPort> ports) {
        for (PublishedPort port : ports) {
            List<PublishedPort> same = ports.stream()
                    .filter(other -> other.protocol() == protocol && other.containerPort() == containerPort)
                    .filter(other -> other.hostPort() == port.hostPort() || other.hostPort() == 0)
                    .filter(other -> hosts.contains(other.host()))
                    .toList();
            boolean fits = first == 0 || (port.hostPort() >= first && port.hostPort() <= last) || port.hostPort() == 0;
            if (fits && same.contains(port)) {
                return same;
            }
        }
        return List.of();
    }

    private static WantedPort parse(String key, PortBinding one, @Nullable InetAddress binding) {
        Range host = hostPorts(Objects.requireNonNull(one.hostPort()));
        return new WantedPort(
                protocolOf(key),
                portOf(key),
                hosts(Objects.requireNonNull(one.hostIp()), binding),
                host.first,
                host.last);
    }

    /** Checks the port part of {@code 80/tcp} and gives it. */
    public static int portOf(String key) {
        int slash = key.indexOf('/');
        Range range = range(slash < 0 ? key : key.substring(0, slash), key);
        if (range.first != range.last || range.first == 0) {
            throw invalid(key);
        }
        return range.first;
    }

    public static Protocol protocolOf(String key) {
        int slash = key.indexOf('/');
        return slash < 0 ? Protocol.TCP : Protocol.parse(key.substring(slash + 1));
    }

    private static Range hostPorts(String text) {
        return text.isEmpty() ? new Range(0, 0) : range(text, text);
    }

    private static Range range(String text, String whole) {
        int dash = text.indexOf('-');
        int first = number(dash < 0 ? text : text.substring(0, dash), whole);
        int last = dash < 0 ? first : number(text.substring(dash + 1), whole);
        if (last < first) {
            throw invalid(whole);
        }
        return new Range(first, last);
    }

    private static int number(String text, String whole) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= HIGHEST) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below in Docker's words.
        }
        throw invalid(whole);
    }

    private static List<InetAddress> hosts(String text, @Nullable InetAddress binding) {
        if (!text.isEmpty()) {
            // As in [::1]:80, where somebody took the brackets for a part of the address.
            boolean bracketed = text.startsWith("[") && text.endsWith("]");
            return List.of(Ip.parse(bracketed ? text.substring(1, text.length() - 1) : text));
        }
        return binding == null ? List.of(Ip.ANY_V4, Ip.ANY_V6) : List.of(binding);
    }

    private static WharfException invalid(String whole) {
        return WharfException.invalid("invalid port specification: \"" + whole + "\"");
    }
}
