package io.wharf.linux;

import java.util.List;
import java.util.Optional;

/**
 * One cgroup under the same absolute path in every hierarchy of the host, v1 or v2.
 *
 * <p>Paths are as {@code /wharf/0123abcd}: at least one name, no {@code .} or {@code ..}; nothing outside of the path
 * given is changed, but the controllers that v2 must be told to pass down. Calls read and write kernel files and may
 * block on a busy kernel. Tests may stand in for this interface.
 */
public interface Cgroups {
    static Cgroups real() {
        return RealCgroups.Held.INSTANCE;
    }

    CgroupHierarchies hierarchies();

    /** Makes the cgroup and those above it, in every hierarchy; harmless where it is there. */
    void create(String path);

    /**
     * Sees that children of the cgroup can be given processes: a v1 cpuset without processors and memory takes none, and a
     * runtime that finds one that another is just making leaves it so. Two short reads where all is well.
     */
    void openCpuset(String path);

    /** Whether it is there in any hierarchy. */
    boolean exists(String path);

    /** Removes the cgroup and those below it; nothing where there is none. EBUSY while processes are in it. */
    void remove(String path);

    /** Pids in it and below, each once, zombies too. */
    List<Integer> pids(String path);

    /** Puts a process into it, in every hierarchy. */
    void add(String path, int pid);

    /**
     * Kills everything in it and below, forks in between too; on v1 by repeating.
     *
     * @return whether it was empty at the end: what hangs in the kernel can outlive a SIGKILL for a while
     */
    boolean killAll(String path);

    /** One file of a controller, as {@code memory.current}; empty where cgroup, controller or file is missing. */
    Optional<String> read(String path, String controller, String file);

    void write(String path, String controller, String file, String value);

    /** Stops all its processes where they are, or lets them go on: docker pause. */
    void freeze(String path, boolean frozen);

    /** Processes that the kernel's out-of-memory killer has ended in it. */
    long outOfMemoryKills(String path);
}
