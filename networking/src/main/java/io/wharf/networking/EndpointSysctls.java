package io.wharf.networking;

import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Settings of the kernel for one link of a container, from the driver option {@code com.docker.network.endpoint.sysctls}: a
 * list of {@code net.ipv4.conf.IFNAME.log_martians=1}, with commas between.
 *
 * @param file the setting's path below {@code /proc/sys}, where {@link #LINK} stands for the link
 */
record EndpointSysctls(String file, String value) {
    private static final String OPTION = "com.docker.network.endpoint.sysctls";
    private static final String LINK = "IFNAME";
    private static final Set<String> FAMILIES = Set.of("ipv4", "ipv6", "mpls");
    private static final int PARTS = 5;

    static List<EndpointSysctls> of(EndpointConfig asked) {
        String text = asked.driverOpts().getOrDefault(OPTION, "");
        List<EndpointSysctls> all = new ArrayList<>();
        if (!text.isEmpty()) {
            for (String one : text.split(",")) {
                all.add(parse(one));
            }
        }
        return all;
    }

    private static EndpointSysctls parse(String text) {
        int equals = text.indexOf('=');
        String[] parts = text.substring(0, Math.max(0, equals)).split("\\.", PARTS);
        // A name with slashes, or with empty parts, would lead out of the folder of the link.
        if (parts.length != PARTS
                || !parts[0].equals("net")
                || !FAMILIES.contains(parts[1])
                || !parts[3].equalsIgnoreCase(LINK)
                || text.lastIndexOf('/', equals) >= 0
                || text.substring(0, equals).contains("..")) {
            throw WharfException.invalid("invalid endpoint settings:\nunrecognised network interface sysctl '" + text
                    + "'; represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', 'X' must be 'ipv4', 'ipv6' or 'mpls'");
        }
        return new EndpointSysctls(
                String.join("/", parts[0], parts[1], parts[2], LINK, parts[4].replace('.', '/')),
                text.substring(equals + 1));
    }

    /** Whether they take IPv6 away from the link, which then needs no address of it. */
    static boolean disableIpv6(EndpointConfig asked) {
        return of(asked).stream()
                .anyMatch(one -> one.file.equals("net/ipv6/conf/IFNAME/disable_ipv6") && one.value.equals("1"));
    }

    /** Path to value, in the order of being written. */
    Map.Entry<String, String> on(String link) {
        return Map.entry("/proc/sys/" + file.replace(LINK, link), value);
    }
}
