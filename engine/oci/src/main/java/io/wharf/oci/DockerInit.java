package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.HostConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The small init of {@code --init}, which reaps zombies and forwards signals in front of the container's program. */
final class DockerInit {
    /** Where it stands inside. */
    static final String INSIDE = "/sbin/docker-init";

    // Statically linked ones first: the container need not have the C library of the host.
    private static final List<Path> CANDIDATES = List.of(
            Path.of("/usr/bin/tini-static"),
            Path.of("/usr/libexec/docker/docker-init"),
            Path.of("/usr/bin/docker-init"),
            Path.of("/usr/bin/tini"));

    private DockerInit() {}

    /** Whether a container gets one; who shares another's pids is not the first process there. */
    static boolean wanted(HostConfig host) {
        return Boolean.TRUE.equals(host.init()) && host.pidMode().isEmpty();
    }

    /**
     * The init's program on the host.
     *
     * @param configured by the engine's flags, or null
     */
    static Path program(@Nullable String configured) {
        return found(configured)
                .orElseThrow(() -> WharfException.internal(
                        "--init needs tini, which is not installed here: install the package \"tini\""));
    }

    static Optional<Path> found(@Nullable String configured) {
        return configured == null || configured.isEmpty()
                ? CANDIDATES.stream().filter(Files::isExecutable).findFirst()
                : Optional.of(Path.of(configured));
    }

    /** What the runtime starts: the entrypoint, the command behind it, and the init in front if wanted. */
    static List<String> arguments(ContainerConfig config, HostConfig host) {
        List<String> arguments = new ArrayList<>();
        if (wanted(host)) {
            arguments.addAll(List.of(INSIDE, "--"));
        }
        arguments.addAll(Command.words(config.entrypoint()));
        arguments.addAll(Command.words(config.cmd()));
        return arguments;
    }
}
