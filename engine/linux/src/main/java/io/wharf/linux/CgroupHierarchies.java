package io.wharf.linux;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * How this host mounts its cgroups.
 *
 * @param version of the whole
 * @param hierarchies all that are mounted, the unified one included
 */
public record CgroupHierarchies(Version version, List<Hierarchy> hierarchies) {
    /** Which interface rules. HYBRID: controllers on v1, and a v2 tree beside them, mostly for systemd. */
    public enum Version {
        V1,
        V2,
        HYBRID,
        NONE
    }

    /**
     * One tree.
     *
     * @param controllers as {@code memory}, with {@code name=systemd} for named v1 trees
     * @param root the cgroup that is at the mount point: {@code /}, but inside of a container
     */
    public record Hierarchy(boolean unified, Set<String> controllers, String mountPoint, String root) {
        public Hierarchy {
            controllers = Set.copyOf(controllers);
        }

        /** The folder of an absolute cgroup path. */
        public String folder(String cgroup) {
            var below = root.equals("/") || !(cgroup + "/").startsWith(root + "/")
                    ? cgroup
                    : cgroup.substring(root.length());
            return mountPoint + (below.equals("/") ? "" : below);
        }
    }

    public CgroupHierarchies {
        hierarchies = List.copyOf(hierarchies);
    }

    /** Reads the mount table; mounts of an own namespace elsewhere do not count, /sys/fs/cgroup does. */
    public static CgroupHierarchies detect() {
        return of(MountTable.read(), CgroupHierarchies::unifiedControllers);
    }

    static CgroupHierarchies of(MountTable table, Function<String, Set<String>> unified) {
        var found = new ArrayList<Hierarchy>();
        var seen = new LinkedHashSet<String>();
        for (var entry : table.entries()) {
            // Cgroups mounted again for a container are the same trees.
            if (!entry.type().startsWith("cgroup") || !seen.add(entry.device())) {
                continue;
            }
            var isUnified = entry.type().equals("cgroup2");
            var controllers = isUnified ? unified.apply(entry.mountPoint()) : controllers(entry);
            found.add(new Hierarchy(isUnified, controllers, entry.mountPoint(), entry.root()));
        }
        return new CgroupHierarchies(version(found), found);
    }

    private static Version version(List<Hierarchy> found) {
        if (found.isEmpty()) {
            return Version.NONE;
        }
        var v2 = found.stream().anyMatch(Hierarchy::unified);
        var v1 = found.stream().anyMatch(hierarchy -> !hierarchy.unified());
        return v1 ? (v2 ? Version.HYBRID : Version.V1) : Version.V2;
    }

    private static Set<String> controllers(MountEntry entry) {
        var controllers = new LinkedHashSet<>(List.of(entry.superOptions().split(",")));
        controllers.removeAll(Set.of("rw", "ro", "xattr", "clone_children", "nosuid", "noprefix", "cpuset_v2_mode"));
        controllers.removeIf(option -> option.startsWith("release_agent="));
        return controllers;
    }

    private static Set<String> unifiedControllers(String mountPoint) {
        return SmallFiles.readIfPresent(mountPoint + "/cgroup.controllers")
                .map(text -> Set.of(text.strip().split(" ")))
                .orElse(Set.of());
    }

    /** The tree that a controller belongs to; empty where it is not mounted. */
    public Optional<Hierarchy> of(String controller) {
        return hierarchies.stream()
                .filter(hierarchy -> hierarchy.controllers().contains(controller))
                .findFirst();
    }

    public Optional<Hierarchy> unified() {
        return hierarchies.stream().filter(Hierarchy::unified).findFirst();
    }

    public boolean has(String controller) {
        return of(controller).isPresent();
    }
}
