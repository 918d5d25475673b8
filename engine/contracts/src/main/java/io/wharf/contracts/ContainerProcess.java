package io.wharf.contracts;

import org.jspecify.annotations.Nullable;

/**
 * Where a container's first process is to be found on the host: what others need to look at it or into it.
 *
 * <p>It tells of a moment: by the time it is used, the process may have ended and its pid be another's.
 *
 * @param id of the container, whole
 * @param name without slash
 * @param running has a process, frozen or not
 * @param paused its process is frozen
 * @param pid of its first process; 0 where none runs
 * @param startTicks of that process: field 22 of /proc/PID/stat; 0 where none runs
 * @param cgroup absolute path of its cgroup in every hierarchy, as {@code /wharf/0123abcd}
 * @param networkMode as {@code bridge}, {@code host} or {@code container:ID}
 * @param netns path of its network namespace; null while it has none of its own, as with the host's
 * @param os always {@code linux}
 */
public record ContainerProcess(
        String id,
        String name,
        boolean running,
        boolean paused,
        int pid,
        long startTicks,
        String cgroup,
        String networkMode,
        @Nullable String netns,
        String os) {}
