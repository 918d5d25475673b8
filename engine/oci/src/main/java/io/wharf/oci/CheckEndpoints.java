package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.NetworkingConfig.EndpointAddresses;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks what a request asks of its endpoints, as far as it can be said without knowing the network. */
final class CheckEndpoints {
    /** The driver option by which an endpoint brings settings for its interface. */
    private static final String SYSCTLS = "com.docker.network.endpoint.sysctls";

    private static final Set<String> PREDEFINED = Set.of("default", "bridge", "host", "none");
    private static final Set<String> FAMILIES = Set.of("ipv4", "ipv6", "mpls");
    private static final int PARTS = 5;

    private CheckEndpoints() {}

    static void check(NetworkingConfig networking) {
        networking.endpointsConfig().forEach((network, wanted) -> {
            List<String> faults = new ArrayList<>();
            if (PREDEFINED.contains(network)) {
                checkPredefined(wanted, faults);
            }
            checkAddresses(wanted.ipamConfig(), faults);
            sysctlsOf(wanted).forEach(sysctl -> checkSysctl(sysctl, faults));
            if (!faults.isEmpty()) {
                throw WharfException.invalid("invalid config for network " + network + ": invalid endpoint settings:\n"
                        + String.join("\n", faults));
            }
        });
    }

    private static void checkPredefined(EndpointConfig wanted, List<String> faults) {
        EndpointAddresses addresses = wanted.ipamConfig();
        if (addresses != null
                && !(addresses.ipv4Address().isEmpty()
                        && addresses.ipv6Address().isEmpty())) {
            faults.add("user-specified IP address is supported on user-defined networks only");
        }
        if (!wanted.aliases().isEmpty()) {
            faults.add("network-scoped aliases are only supported for user-defined networks");
        }
    }

    private static void checkAddresses(@Nullable EndpointAddresses wanted, List<String> faults) {
        if (wanted == null) {
            return;
        }
        String v4 = wanted.ipv4Address();
        String v6 = wanted.ipv6Address();
        if (!v4.isEmpty() && (!IpText.isAddress(v4) || IpText.isV6(v4))) {
            faults.add("invalid IPv4 address: " + v4);
        }
        if (!v6.isEmpty() && !IpText.isV6(v6)) {
            faults.add("invalid IPv6 address: " + v6);
        }
        for (String local : wanted.linkLocalIps()) {
            if (!IpText.isAddress(local)) {
                faults.add("invalid link-local IP address: " + local);
            }
        }
    }

    private static void checkSysctl(String sysctl, List<String> faults) {
        String[] parts = sysctl.split("\\.", PARTS);
        // Anything else would lead out of the folders of the interface.
        String name = sysctl.substring(0, Math.max(0, sysctl.indexOf('=')));
        if (name.indexOf('/') >= 0
                || name.contains("..")
                || parts.length != PARTS
                || !parts[0].equals("net")
                || !FAMILIES.contains(parts[1])
                || !parts[3].equalsIgnoreCase("ifname")
                || parts[4].indexOf('=') < 0) {
            faults.add("unrecognised network interface sysctl '" + sysctl
                    + "'; represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', 'X' must be 'ipv4', 'ipv6' or 'mpls'");
        }
    }

    private static List<String> sysctlsOf(EndpointConfig wanted) {
        String text = wanted.driverOpts().getOrDefault(SYSCTLS, "");
        return text.isEmpty() ? List.of() : List.of(text.split(","));
    }
}
