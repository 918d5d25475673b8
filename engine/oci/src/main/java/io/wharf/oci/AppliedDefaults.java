package io.wharf.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDefaults;
import io.wharf.contracts.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The engine's defaults that show in a process but not in inspect: a container keeps what it was asked for, and a change
 * of the engine's flags holds for its next start.
 */
final class AppliedDefaults {
    private final ContainerDefaults defaults;
    private final String seccomp;

    AppliedDefaults(ContainerDefaults defaults) {
        this.defaults = defaults;
        this.seccomp = profile(defaults.seccompProfile());
    }

    private static String profile(String wanted) {
        if (wanted.isEmpty() || wanted.equals("builtin") || wanted.equals(Security.UNCONFINED)) {
            return wanted.equals("builtin") ? "" : wanted;
        }
        try {
            return Files.readString(Path.of(wanted));
        } catch (IOException e) {
            throw WharfException.invalid("opening seccomp profile (" + wanted + ") failed: " + e.getMessage());
        }
    }

    /** The configuration with what the engine adds; the same one where it adds nothing. */
    HostConfig over(HostConfig host) {
        boolean addsInit = defaults.init() && host.init() == null;
        boolean addsSecurity = defaults.noNewPrivileges() || !seccomp.isEmpty();
        if (!addsInit && !addsSecurity && defaults.ulimits().isEmpty()) {
            return host;
        }
        ObjectNode tree = Json.MAPPER.valueToTree(host);
        if (addsInit) {
            tree.put("Init", true);
        }
        tree.set("Ulimits", Json.MAPPER.valueToTree(ulimits(host)));
        // In front: what the container says itself is read later and wins.
        ArrayNode security = tree.putArray("SecurityOpt");
        if (defaults.noNewPrivileges()) {
            security.add("no-new-privileges");
        }
        if (!seccomp.isEmpty() && !host.privileged()) {
            security.add("seccomp=" + seccomp);
        }
        host.securityOpt().forEach(security::add);
        return Json.MAPPER.convertValue(tree, HostConfig.class);
    }

    private List<HostConfig.Ulimit> ulimits(HostConfig host) {
        Map<String, HostConfig.Ulimit> limits = new LinkedHashMap<>();
        defaults.ulimits().forEach(limit -> limits.put(limit.name().toLowerCase(Locale.ROOT), limit));
        host.ulimits().forEach(limit -> limits.put(limit.name().toLowerCase(Locale.ROOT), limit));
        return List.copyOf(limits.values());
    }
}
