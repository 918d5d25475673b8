package io.wharf.daemon;

import io.wharf.contracts.RegistryOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code docker info} says of registries, in the form of {@code RegistryConfig}. */
final class DescribeRegistries {
    /** The machine itself may be asked without TLS in any case. */
    private static final String LOOPBACK = "127.0.0.0/8";

    private DescribeRegistries() {}

    static Map<String, Object> run(RegistryOptions reach) {
        List<String> ranges = new ArrayList<>();
        Map<String, Object> indexes = new TreeMap<>();
        indexes.put(
                "docker.io", Map.of("Name", "docker.io", "Mirrors", reach.mirrors(), "Secure", true, "Official", true));
        for (String registry : reach.insecure()) {
            if (isRange(registry)) {
                ranges.add(registry);
            } else {
                indexes.put(
                        registry, Map.of("Name", registry, "Mirrors", List.of(), "Secure", false, "Official", false));
            }
        }
        if (!ranges.contains(LOOPBACK)) {
            ranges.add(LOOPBACK);
        }
        Map<String, Object> registries = new LinkedHashMap<>();
        registries.put("InsecureRegistryCIDRs", ranges);
        registries.put("IndexConfigs", indexes);
        registries.put("Mirrors", reach.mirrors());
        return registries;
    }

    private static boolean isRange(String registry) {
        int slash = registry.indexOf('/');
        return slash > 0 && Address.is(registry.substring(0, slash));
    }
}
