package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig.Ulimit;
import io.wharf.linux.Rlimits;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The resource limits of a container's processes (setrlimit(2)).
 *
 * <p>All that Docker's service unit lifts is written down for every container, for a child would inherit the limits that
 * the JVM set for itself. Without CAP_SYS_RESOURCE no hard limit can be raised, so wishes are cut to the engine's own.
 */
final class Ulimits {
    // Most files that a kernel with its own defaults (fs.nr_open) lets a process open.
    private static final long MAX_FILES = 1 << 20;

    /** One limit by its OCI name, such as {@code RLIMIT_NOFILE}; -1 for none. */
    record Rlimit(String type, long hard, long soft) {}

    private Ulimits() {}

    /** Refuses unknown names and soft limits above hard ones. */
    static void check(List<Ulimit> wanted) {
        for (Ulimit one : wanted) {
            String name = one.name().toLowerCase(Locale.ROOT);
            if (!Rlimits.names().contains(name.toUpperCase(Locale.ROOT))) {
                throw WharfException.invalid("invalid ulimit type: " + one.name());
            }
            if (above(one.soft(), one.hard())) {
                throw WharfException.invalid("ulimit soft limit must be less than or equal to hard limit: " + one.soft()
                        + " > " + one.hard());
            }
        }
    }

    /** The limits to write, in the order of their names; what had to be cut is said. */
    public static List<Rlimit> of(List<Ulimit> wanted, HostFacts facts, List<String> warnings) {
        Map<String, Rlimit> limits = new TreeMap<>();
        limits.put("core", clamped("core", HostFacts.NO_LIMIT, HostFacts.NO_LIMIT, facts));
        limits.put("nofile", clamped("nofile", MAX_FILES, MAX_FILES, facts));
        limits.put("nproc", clamped("nproc", HostFacts.NO_LIMIT, HostFacts.NO_LIMIT, facts));
        for (Ulimit one : wanted) {
            String name = one.name().toLowerCase(Locale.ROOT);
            Rlimit limit = clamped(name, one.hard(), one.soft(), facts);
            limits.put(name, limit);
            if (limit.hard() != one.hard() || limit.soft() != one.soft()) {
                warnings.add("ulimit " + name + "=" + one.soft() + ":" + one.hard() + " cut to " + limit.soft() + ":"
                        + limit.hard() + ", as the engine has no CAP_SYS_RESOURCE to raise limits");
            }
        }
        return List.copyOf(limits.values());
    }

    private static Rlimit clamped(String name, long hard, long soft, HostFacts facts) {
        String type = "RLIMIT_" + name.toUpperCase(Locale.ROOT);
        long own = facts.rlimits().getOrDefault(name, HostFacts.NO_LIMIT);
        if (facts.sysResource() || !above(hard, own)) {
            return new Rlimit(type, hard, soft);
        }
        return new Rlimit(type, own, above(soft, own) ? own : soft);
    }

    private static boolean above(long value, long limit) {
        return limit >= 0 && (value < 0 || value > limit);
    }
}
