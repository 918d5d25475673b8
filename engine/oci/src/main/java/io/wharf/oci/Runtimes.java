package io.wharf.oci;

import io.wharf.base.WharfException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The OCI runtimes of this host, as {@link RuntimeProbe} found them.
 *
 * @param usable by name
 * @param refused why a runtime does not serve, by name
 * @param defaultName empty where none serves
 * @param reason one line for the log and {@code docker info}: which runtime is used, and why not another
 */
public record Runtimes(Map<String, OciRuntime> usable, Map<String, String> refused, String defaultName, String reason) {
    /** What clients of containerd-based engines call runc. */
    private static final List<String> ALIASES = List.of("io.containerd.runc.v2", "io.containerd.runtime.v1.linux");

    public Runtimes {
        usable = Map.copyOf(usable);
        refused = Map.copyOf(refused);
    }

    /**
     * The runtime of a container that was created with a name.
     *
     * <p>One that the engine knows by itself and that this host refuses since then (its cgroups are mounted in another
     * way, say) is stood in for by the default one: a container is not bound for ever to what was found when it was made.
     */
    public OciRuntime named(@Nullable String name) {
        OciRuntime standIn = name != null && RuntimeProbe.KNOWN.contains(name) && !usable.containsKey(name)
                ? usable.get(defaultName)
                : null;
        return standIn == null ? asked(name) : standIn;
    }

    /** As {@link OciRuntime#cgroup}, of a container that was created with a name; one that is gone has no own way. */
    public String cgroup(@Nullable String name, String cgroupsPath, boolean unified) {
        OciRuntime runtime = usable.get(name == null || name.isEmpty() ? defaultName : name);
        return runtime == null ? CgroupPaths.resolved(cgroupsPath) : runtime.cgroup(cgroupsPath, unified);
    }

    /** The runtime that a client asks for; the default one where the name is empty. */
    public OciRuntime asked(@Nullable String name) {
        String wanted = name == null || name.isEmpty() || ALIASES.contains(name) ? defaultName : name;
        OciRuntime runtime = usable.get(wanted);
        if (runtime != null) {
            return runtime;
        }
        if (wanted.isEmpty()) {
            throw WharfException.internal(reason);
        }
        String why = refused.get(wanted);
        throw WharfException.invalid(
                "unknown or invalid runtime name: " + wanted + (why == null ? "" : " (" + why + ")"));
    }
}
