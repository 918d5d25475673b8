package io.wharf.contracts;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What containers get that do not say otherwise, as the daemon's flags have it.
 *
 * @param init whether a small init reaps zombies in front of the program
 * @param initPath that init's program, or null for the one that is found
 * @param noNewPrivileges whether programs may not gain privileges
 * @param ulimits resource limits, by name
 * @param shmSize bytes of {@code /dev/shm}
 * @param ipcMode {@code private} or {@code shareable}
 * @param cgroupnsMode {@code private}, {@code host}, or empty for what the host's cgroups suggest
 * @param cgroupParent cgroup above those of the containers, or empty
 * @param seccompProfile path of a profile, {@code unconfined}, or empty for the engine's own
 * @param stopSeconds until a container that is told to stop is killed; a negative number for never
 * @param cdiSpecDirs folders of CDI specifications; empty switches CDI off
 */
public record ContainerDefaults(
        boolean init,
        @Nullable String initPath,
        boolean noNewPrivileges,
        List<HostConfig.Ulimit> ulimits,
        long shmSize,
        String ipcMode,
        String cgroupnsMode,
        String cgroupParent,
        String seccompProfile,
        int stopSeconds,
        List<String> cdiSpecDirs) {
    private static final long SHM_SIZE = 64 << 20;
    private static final int STOP_SECONDS = 10;

    /** Those of an engine without flags. */
    public static final ContainerDefaults USUAL = new ContainerDefaults(
            false,
            null,
            false,
            List.of(),
            SHM_SIZE,
            "private",
            "",
            "",
            "",
            STOP_SECONDS,
            List.of("/etc/cdi", "/var/run/cdi"));

    public ContainerDefaults {
        ulimits = List.copyOf(ulimits);
        cdiSpecDirs = List.copyOf(cdiSpecDirs);
    }

    /** These with what may change while the engine runs, taken from others. */
    public ContainerDefaults adjusted(ContainerDefaults now) {
        return new ContainerDefaults(
                init,
                initPath,
                noNewPrivileges,
                ulimits,
                now.shmSize,
                now.ipcMode,
                now.cgroupnsMode,
                cgroupParent,
                seccompProfile,
                now.stopSeconds,
                cdiSpecDirs);
    }
}
