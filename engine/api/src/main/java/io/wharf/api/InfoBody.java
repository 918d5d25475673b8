package io.wharf.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import java.util.List;
import java.util.Map;

/** {@code docker info} in the shape of each version: what it does not know is left out, what is gone comes back empty. */
final class InfoBody {
    private static final List<String> COMMITS = List.of("ContainerdCommit", "RuncCommit", "InitCommit");

    private InfoBody() {}

    static JsonNode of(Map<String, Object> all, ApiVersion version) {
        ObjectNode body = Json.MAPPER.valueToTree(all);
        body.remove(List.of("BridgeNfIptables", "BridgeNfIp6tables"));
        if (version.atLeast(52)) {
            body.remove("KernelMemoryTCP");
        }
        if (version.atLeast(50)) {
            return body;
        }
        body.remove("DiscoveredDevices");
        body.put("BridgeNfIptables", false).put("BridgeNfIp6tables", false);
        if (!version.atLeast(49)) {
            body.remove("FirewallBackend");
            for (String commit : COMMITS) {
                if (body.get(commit) instanceof ObjectNode known) {
                    known.set("Expected", known.path("ID"));
                }
            }
        }
        if (!version.atLeast(47) && body.get("RegistryConfig") instanceof ObjectNode registries) {
            registries.putNull("AllowNondistributableArtifactsCIDRs");
            registries.putNull("AllowNondistributableArtifactsHostnames");
        }
        if (!version.atLeast(44)) {
            body.remove("CDISpecDirs");
            body.path("Runtimes").forEach(runtime -> ((ObjectNode) runtime).remove("status"));
        }
        if (!version.atLeast(42)) {
            // Of cgroups that Linux has no more.
            body.put("KernelMemory", false);
        }
        if (!version.atLeast(25)) {
            body.put("ExecutionDriver", "<not supported>");
            ArrayNode names = Json.MAPPER.createArrayNode();
            body.path("SecurityOptions").forEach(option -> names.add(name(option.asText())));
            body.set("SecurityOptions", names);
        }
        return body;
    }

    /** The name alone of {@code name=seccomp,profile=builtin}. */
    private static String name(String option) {
        String first = option.split(",", 2)[0];
        return first.substring(first.indexOf('=') + 1);
    }
}
