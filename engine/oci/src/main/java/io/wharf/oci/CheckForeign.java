package io.wharf.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import java.util.List;
import java.util.Locale;

/** Fields that have their meaning on other systems or in other set-ups: unset they pass, else they are refused or said. */
final class CheckForeign {
    private CheckForeign() {}

    /**
     * Checks.
     *
     * @param result the host configuration as a tree, from which values are discarded
     */
    static void check(HostConfig host, ObjectNode result, List<String> warnings) {
        String isolation = host.isolation();
        if (!isolation.isEmpty() && !isolation.toLowerCase(Locale.ROOT).equals("default")) {
            throw WharfException.invalid("invalid isolation (" + isolation + "): linux only supports 'default'");
        }
        if (host.ioMaximumBandwidth() != 0) {
            throw WharfException.invalid(
                    "invalid option: QoS maximum bandwidth configuration is not supported on linux");
        }
        if (host.ioMaximumIops() != 0) {
            throw WharfException.invalid("invalid option: QoS maximum IOPs configuration is not supported on linux");
        }
        if (host.cpuCount() != 0) {
            warnings.add("linux does not support a CPU count. Count discarded.");
            result.put("CpuCount", 0);
        }
        if (!host.usernsMode().isEmpty() && !host.usernsMode().equals("host")) {
            throw WharfException.invalid("invalid USER mode: " + host.usernsMode()
                    + ": user namespaces are not remapped by this engine, only \"host\" is possible");
        }
        if (!host.cgroup().isEmpty()) {
            warnings.add("Cgroup is not supported: every container has a cgroup of its own. Cgroup discarded.");
            result.put("Cgroup", "");
        }
    }
}
