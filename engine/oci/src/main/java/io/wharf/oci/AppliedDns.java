package io.wharf.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.contracts.DnsDefaults;
import io.wharf.contracts.HostConfig;
import java.util.List;

/** The engine's defaults for finding names, which show in a container's resolv.conf and not in inspect. */
public final class AppliedDns {
    private AppliedDns() {}

    /** The configuration with what the engine adds; the same one where it adds nothing. */
    public static HostConfig over(HostConfig host, DnsDefaults defaults) {
        boolean adds = (host.dns().isEmpty() && !defaults.servers().isEmpty())
                || (host.dnsOptions().isEmpty() && !defaults.options().isEmpty())
                || (host.dnsSearch().isEmpty() && !defaults.search().isEmpty());
        if (!adds) {
            return host;
        }
        ObjectNode tree = Json.MAPPER.valueToTree(host);
        set(tree, "Dns", host.dns(), defaults.servers());
        set(tree, "DnsOptions", host.dnsOptions(), defaults.options());
        set(tree, "DnsSearch", host.dnsSearch(), defaults.search());
        return Json.MAPPER.convertValue(tree, HostConfig.class);
    }

    private static void set(ObjectNode tree, String key, List<String> own, List<String> usual) {
        tree.set(key, Json.MAPPER.valueToTree(own.isEmpty() ? usual : own));
    }
}
