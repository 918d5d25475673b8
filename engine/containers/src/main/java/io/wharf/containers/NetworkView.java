package io.wharf.containers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerDetail.EndpointSettings;
import io.wharf.contracts.ContainerDetail.NetworkSettings;
import io.wharf.contracts.ContainerSummary.Port;
import io.wharf.contracts.HostConfig.PortBinding;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What inspect and lists show of a container's network. */
final class NetworkView {
    private static final EndpointSettings NOWHERE =
            new EndpointSettings(null, null, null, "", null, 0, "", "", "", "", 0, "", "", 0, null);

    /** Networks in which nobody has a name. */
    private static final Set<String> PREDEFINED = Set.of("bridge", "host", "none");

    private NetworkView() {}

    static NetworkSettings settings(Container container) {
        Sandbox sandbox = container.sandbox();
        Map<String, EndpointSettings> endpoints = endpoints(container);
        // Old clients read the default bridge's endpoint from the upper half.
        EndpointSettings bridge = endpoints.getOrDefault("bridge", NOWHERE);
        return new NetworkSettings(
                "",
                sandbox == null ? "" : sandbox.sandboxId(),
                sandbox == null ? "" : sandbox.sandboxKey(),
                sandbox == null ? Map.of() : sandbox.ports(),
                false,
                "",
                0,
                null,
                null,
                bridge.endpointId(),
                bridge.gateway(),
                bridge.globalIpv6Address(),
                bridge.globalIpv6PrefixLen(),
                bridge.ipAddress(),
                bridge.ipPrefixLen(),
                bridge.ipv6Gateway(),
                bridge.macAddress(),
                endpoints);
    }

    /** The endpoints it has, or what it asks of the networks that it will join. */
    static Map<String, EndpointSettings> endpoints(Container container) {
        Sandbox sandbox = container.sandbox();
        Map<String, EndpointSettings> shown = new LinkedHashMap<>();
        if (sandbox != null) {
            sandbox.endpoints().forEach((network, given) -> shown.put(network, named(container, network, given)));
        } else {
            container
                    .definition()
                    .endpoints()
                    .forEach((network, asked) -> shown.put(network, named(container, network, asked(asked))));
        }
        return shown;
    }

    private static EndpointSettings asked(EndpointConfig asked) {
        return asked.equals(EndpointConfig.NOTHING_ASKED)
                ? NOWHERE
                : new EndpointSettings(
                        asked.ipamConfig(),
                        asked.links().isEmpty() ? null : asked.links(),
                        asked.aliases().isEmpty() ? null : asked.aliases(),
                        asked.macAddress(),
                        asked.driverOpts().isEmpty() ? null : asked.driverOpts(),
                        asked.gwPriority(),
                        "",
                        "",
                        "",
                        "",
                        0,
                        "",
                        "",
                        0,
                        null);
    }

    /** With the names that follow from the container's, which may have changed since it was joined. */
    private static EndpointSettings named(Container container, String network, EndpointSettings shown) {
        if (PREDEFINED.contains(network)) {
            return shown;
        }
        EndpointConfig asked = container.definition().endpoints().getOrDefault(network, EndpointConfig.NOTHING_ASKED);
        return shown.withDnsNames(asked.dnsNames(
                container.name(), container.id(), container.config().hostname()));
    }

    /** Its config; old clients look there for the hardware address that was asked for in its mode's network. */
    static ContainerConfig config(Container container) {
        ContainerConfig config = container.config();
        EndpointConfig main =
                container.definition().endpoints().getOrDefault(networkName(container), EndpointConfig.NOTHING_ASKED);
        boolean told = config.macAddress() != null && !config.macAddress().isEmpty();
        if (told || main.macAddress().isEmpty()) {
            return config;
        }
        ObjectNode tree = Json.MAPPER.valueToTree(config);
        tree.put("MacAddress", main.macAddress());
        return Json.MAPPER.convertValue(tree, ContainerConfig.class);
    }

    /** The network that its mode names. */
    static String networkName(Container container) {
        return container.definition().network();
    }

    /** Rows for {@code docker ps}: published ports, and exposed ones that are not. */
    static List<Port> ports(Container container) {
        Sandbox sandbox = container.sandbox();
        if (sandbox == null) {
            return List.of();
        }
        Map<String, List<PortBinding>> all = new TreeMap<>(sandbox.ports());
        container.config().exposedPorts().keySet().forEach(port -> all.putIfAbsent(port, List.of()));
        List<Port> rows = new ArrayList<>();
        all.forEach((port, bindings) -> addRows(rows, port, bindings));
        rows.sort(Comparator.comparingInt(Port::privatePort).thenComparing(Port::type));
        return rows;
    }

    private static void addRows(List<Port> rows, String port, @Nullable List<PortBinding> bindings) {
        int slash = port.indexOf('/');
        int number = Integer.parseInt(slash < 0 ? port : port.substring(0, slash));
        String type = slash < 0 ? "tcp" : port.substring(slash + 1);
        if (bindings == null || bindings.isEmpty()) {
            rows.add(new Port(null, number, null, type));
            return;
        }
        for (PortBinding binding : bindings) {
            rows.add(new Port(binding.hostIp(), number, Integer.valueOf(binding.hostPort()), type));
        }
    }
}
