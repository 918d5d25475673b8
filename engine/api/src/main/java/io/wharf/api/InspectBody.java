package io.wharf.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.contracts.ContainerDetail;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A container in the shape that each version of the API gives it. */
final class InspectBody {
    /** Since when names in DNS are told apart from aliases. */
    private static final int DNS_NAMES = 45;

    /** Since when the endpoint of the default bridge is one of many. */
    private static final int NO_FIRST_ENDPOINT = 52;

    private static final Set<String> PREDEFINED = Set.of("bridge", "host", "none");

    /** Deprecated since 1.21: what once told of the only endpoint there was. */
    private static final List<String> FIRST_ENDPOINT = List.of(
            "Bridge",
            "HairpinMode",
            "LinkLocalIPv6Address",
            "LinkLocalIPv6PrefixLen",
            "SecondaryIPAddresses",
            "SecondaryIPv6Addresses",
            "EndpointID",
            "Gateway",
            "GlobalIPv6Address",
            "GlobalIPv6PrefixLen",
            "IPAddress",
            "IPPrefixLen",
            "IPv6Gateway",
            "MacAddress");

    private InspectBody() {}

    static Object of(ContainerDetail detail, ApiVersion version) {
        if (version.atLeast(NO_FIRST_ENDPOINT)) {
            ObjectNode tree = Json.MAPPER.valueToTree(detail);
            ((ObjectNode) tree.get("NetworkSettings")).remove(FIRST_ENDPOINT);
            ((ObjectNode) tree.get("HostConfig")).remove("KernelMemoryTCP");
            ((ObjectNode) tree.get("Config")).remove("MacAddress");
            return tree;
        }
        return version.atLeast(DNS_NAMES) ? detail : withAliases(detail);
    }

    /** Aliases once told all names that DNS knows the container by, but for its own. */
    private static JsonNode withAliases(ContainerDetail detail) {
        ObjectNode tree = Json.MAPPER.valueToTree(detail);
        tree.path("NetworkSettings").path("Networks").properties().forEach(entry -> {
            if (!PREDEFINED.contains(entry.getKey()) && entry.getValue() instanceof ObjectNode endpoint) {
                Set<String> all = new LinkedHashSet<>();
                endpoint.path("Aliases").forEach(alias -> all.add(alias.asText()));
                all.add(Ids.shortOf(detail.id()));
                String hostname = detail.config().hostname();
                if (!hostname.isEmpty()) {
                    all.add(hostname);
                }
                ArrayNode aliases = endpoint.putArray("Aliases");
                all.forEach(aliases::add);
            }
        });
        return tree;
    }
}
