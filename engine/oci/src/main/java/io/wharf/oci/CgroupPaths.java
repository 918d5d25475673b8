package io.wharf.oci;

import io.wharf.contracts.EngineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Where containers stand in the cgroup tree.
 *
 * @param systemd whether systemd makes the groups: paths then are {@code slice:prefix:id}
 * @param parent above the containers that name no other; empty for the engine's own
 */
public record CgroupPaths(boolean systemd, String parent) {
    private static final String OPTION = "native.cgroupdriver";

    public CgroupPaths(boolean systemd) {
        this(systemd, "");
    }

    /** By {@code --exec-opt native.cgroupdriver}, else by what runs as pid 1. */
    public static CgroupPaths of(EngineOptions options, HostFacts facts) {
        String wanted = options.execOptions().getOrDefault(OPTION, facts.systemd() ? "systemd" : "cgroupfs");
        return switch (wanted) {
            case "systemd" -> new CgroupPaths(true, options.defaults().cgroupParent());
            case "cgroupfs" -> new CgroupPaths(false, options.defaults().cgroupParent());
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
    public String of(String id, @Nullable String wanted) {
        String above = wanted == null || wanted.isEmpty() ? parent : wanted;
        if (systemd) {
            return (above.isEmpty() ? "system.slice" : above) + ":wharf:" + id;
        }
        if (above.isEmpty()) {
            return "/wharf/" + id;
        }
        return (above.startsWith("/") ? "" : "/") + above + (above.endsWith("/") ? "" : "/") + id;
    }

    /** The cgroup above that of a {@code linux.cgroupsPath}; empty at the top, and where systemd makes it. */
    public static String above(String cgroupsPath) {
        return cgroupsPath.startsWith("/") ? cgroupsPath.substring(0, cgroupsPath.lastIndexOf('/')) : "";
    }

    /**
     * The absolute path of the cgroup that a {@code linux.cgroupsPath} names: itself, or the scope that systemd makes
     * below the slice (systemd.slice(5): {@code a-b.slice} lies within {@code a.slice}).
     */
    public static String resolved(String cgroupsPath) {
        String[] parts = cgroupsPath.split(":", 3);
        if (cgroupsPath.startsWith("/") || parts.length < 3) {
            return cgroupsPath;
        }
        StringBuilder path = new StringBuilder();
        String slice = parts[0];
        // The root slice "-.slice" has no folder of its own.
        for (int dash = slice.indexOf('-', 1); dash > 0; dash = slice.indexOf('-', dash + 1)) {
            path.append('/').append(slice, 0, dash).append(".slice");
        }
        if (!slice.equals("-.slice")) {
            path.append('/').append(slice);
        }
        return path.append('/')
                .append(parts[1])
                .append('-')
                .append(parts[2])
                .append(".scope")
                .toString();
    }
}
