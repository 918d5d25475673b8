package io.wharf.networking.remote;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A subnet as a plugin is told of it.
 *
 * @param gateway in CIDR form, or empty
 * @param auxiliary addresses that others have, by name
 */
public record RemotePool(
        String subnet, String gateway, @Nullable Map<String, String> auxiliary) {
    Map<String, Object> body() {
        Map<String, Object> body = new TreeMap<>();
        body.put("AddressSpace", "LocalDefault");
        body.put("Pool", subnet);
        body.put("Gateway", gateway);
        body.put("AuxAddresses", auxiliary == null ? Map.of() : auxiliary);
        return body;
    }
}
