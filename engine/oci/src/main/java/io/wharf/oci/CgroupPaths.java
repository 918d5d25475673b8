package io.wharf.oci;

import io.wharf.contracts.EngineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Where containers stand in the cgroup tree.
 *
 * @param systemd whether systemd makes the groups: paths then are {@code slice:prefix:id}
 */
public record CgroupPaths(boolean systemd) {
    private static final String OPTION = "native.cgroupdriver";

    /** By {@code --exec-opt native.cgroupdriver}, else by what runs as pid 1. */
    public static CgroupPaths of(EngineOptions options, HostFacts facts) {
        String wanted = options.execOptions().getOrDefault(OPTION, facts.systemd() ? "systemd" : "cgroupfs");
        return switch (wanted) {
            case "systemd" -> new CgroupPaths(true);
            case "cgroupfs" -> new CgroupPaths(false);
            default ->
                throw io.wharf.base.WharfException.invalid(
                        "invalid cgroup driver \"" + wanted + "\": use cgroupfs or systemd");
        };
    }

    /** {@code cgroupfs} or {@code systemd}. */
    public String driver() {
        return systemd ? "systemd" : "cgroupfs";
    }

    /** The {@code linux.cgroupsPath} of a container; absolute with cgroupfs, for conmon and crun take others amiss. */
    public String of(String id, @Nullable String parent) {
        String above = parent == null ? "" : parent;
        if (systemd) {
            return (above.isEmpty() ? "system.slice" : above) + ":wharf:" + id;
        }
        if (above.isEmpty()) {
            return "/wharf/" + id;
        }
        return (above.startsWith("/") ? "" : "/") + above + (above.endsWith("/") ? "" : "/") + id;
    }
}
