package io.wharf.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a create request of an older version of the API means for endpoints: the address of the hardware and the settings of
 * {@code eth0} once belonged to the whole container, and there was one endpoint.
 */
final class OldEndpoints {
    private static final int SEVERAL = 44;
    private static final int SYSCTLS_BY_OPTION_ONLY = 48;
    private static final int PRIORITIES = 48;
    private static final int NO_MAC_OF_ALL = 52;
    private static final String SYSCTLS = "com.docker.network.endpoint.sysctls";
    private static final String BRIDGE = "bridge";
    private static final Set<String> WITHOUT_ENDPOINTS = Set.of("host", "none");
    private static final String CONTAINER = "container:";
    private static final int PARTS = 5;

    private final ApiVersion version;
    private final String network;
    private final boolean hasEndpoints;
    private final boolean own;
    private final Map<String, EndpointConfig> endpoints;
    private final List<String> warnings = new ArrayList<>();

    private OldEndpoints(ApiVersion version, HostConfig host, NetworkingConfig networking) {
        this.version = version;
        String mode = host.networkMode();
        network = mode.isEmpty() || mode.equals("default") ? BRIDGE : mode;
        own = !network.startsWith(CONTAINER) && !network.equals("host");
        hasEndpoints = own && !WITHOUT_ENDPOINTS.contains(network);
        endpoints = new LinkedHashMap<>(networking.endpointsConfig());
        EndpointConfig ofDefault = network.equals(BRIDGE) ? endpoints.remove("default") : null;
        if (ofDefault != null) {
            endpoints.putIfAbsent(BRIDGE, ofDefault);
        }
    }

    /** The request as today's version has it, and what its client is to be told. */
    record Read(HostConfig host, NetworkingConfig networking, List<String> warnings) {}

    /**
     * Reads one.
     *
     * @param mac the address of the whole container
     */
    static Read read(ApiVersion version, @Nullable String mac, HostConfig host, NetworkingConfig networking) {
        OldEndpoints old = new OldEndpoints(version, host, networking);
        if (!version.atLeast(SEVERAL) && old.endpoints.size() > 1) {
            throw WharfException.invalid(
                    "Container cannot be connected to network endpoints: " + String.join(", ", old.endpoints.keySet()));
        }
        if (!version.atLeast(PRIORITIES)) {
            old.endpoints.replaceAll((name, asked) -> with(asked, asked.macAddress(), asked.driverOpts(), 0));
        }
        if (version.atLeast(NO_MAC_OF_ALL) && mac != null && !mac.isEmpty()) {
            throw WharfException.invalid(
                    "container-wide MAC address no longer supported; use endpoint-specific MAC address instead");
        }
        old.readMac(mac == null ? "" : mac);
        HostConfig rest = old.readSysctls(host);
        return new Read(rest, new NetworkingConfig(old.endpoints), List.copyOf(old.warnings));
    }

    static EndpointConfig withoutMac(EndpointConfig asked) {
        return with(asked, "", asked.driverOpts(), asked.gwPriority());
    }

    private void readMac(String mac) {
        boolean given = !mac.isEmpty();
        if (!version.atLeast(SEVERAL)) {
            endpoints.replaceAll((name, asked) -> withoutMac(asked));
            if (given && !hasEndpoints) {
                throw WharfException.invalid("conflicting options: mac-address and the network mode");
            }
        } else if (given) {
            warnings.add("The container-wide MacAddress field is now deprecated. It should be specified in"
                    + " EndpointsConfig instead.");
        }
        if (!given || !hasEndpoints) {
            return;
        }
        String name = main("unable to migrate container-wide MAC address to a specific network: ");
        EndpointConfig asked = endpoints.getOrDefault(name, EndpointConfig.NOTHING_ASKED);
        if (!asked.macAddress().isEmpty() && !asked.macAddress().equalsIgnoreCase(mac)) {
            throw WharfException.invalid("the container-wide MAC address must match the endpoint-specific MAC address"
                    + " for the main network, or be left empty");
        }
        endpoints.put(name, with(asked, mac, asked.driverOpts(), asked.gwPriority()));
    }

    /** Takes the settings of interfaces out of those of the container. */
    private HostConfig readSysctls(HostConfig host) {
        Map<String, String> rest = new TreeMap<>(host.sysctls());
        List<String> moved = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, String> sysctl : new TreeMap<>(host.sysctls()).entrySet()) {
            String[] parts = sysctl.getKey().split("\\.", PARTS);
            if (own && parts.length == PARTS && parts[0].equals("net") && parts[3].startsWith("eth")) {
                refuse(sysctl.getKey(), parts[3]);
                names.add(sysctl.getKey());
                moved.add("net." + parts[1] + "." + parts[2] + ".IFNAME." + parts[4] + "=" + sysctl.getValue());
                rest.remove(sysctl.getKey());
            }
        }
        if (moved.isEmpty()) {
            return host;
        }
        String option = String.join(",", moved);
        warnings.add("Migrated sysctl \"" + String.join(",", names) + "\" to DriverOpts{\"" + SYSCTLS + "\":\"" + option
                + "\"}.");
        String name = main("unable to find a network for sysctl " + names.getFirst() + ": ");
        EndpointConfig asked = endpoints.getOrDefault(name, EndpointConfig.NOTHING_ASKED);
        Map<String, String> options = new LinkedHashMap<>(asked.driverOpts());
        // What the endpoint itself brings comes last, and so wins.
        options.merge(SYSCTLS, option, (before, more) -> more + "," + before);
        endpoints.put(name, with(asked, asked.macAddress(), options, asked.gwPriority()));
        ObjectNode tree = Json.MAPPER.valueToTree(host);
        tree.set("Sysctls", Json.MAPPER.valueToTree(rest));
        return Json.MAPPER.convertValue(tree, HostConfig.class);
    }

    private void refuse(String sysctl, String link) {
        if (version.atLeast(SYSCTLS_BY_OPTION_ONLY)) {
            throw WharfException.invalid("interface specific sysctl setting \"" + sysctl
                    + "\" must be supplied using driver option '" + SYSCTLS + "'");
        }
        if (!link.equals("eth0")) {
            throw WharfException.invalid("unable to determine network endpoint for sysctl " + sysctl
                    + ", use driver option '" + SYSCTLS + "' to set per-interface sysctls");
        }
    }

    /** Under which name the endpoint stands that belongs to the network mode. */
    private String main(String toWhatEnd) {
        if (endpoints.isEmpty() || endpoints.containsKey(network)) {
            return network;
        }
        if (!version.atLeast(SEVERAL)) {
            return endpoints.keySet().iterator().next();
        }
        throw WharfException.invalid(
                toWhatEnd + "HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks");
    }

    private static EndpointConfig with(EndpointConfig asked, String mac, Map<String, String> options, int priority) {
        return new EndpointConfig(asked.ipamConfig(), asked.links(), asked.aliases(), mac, options, priority);
    }
}
