package io.wharf.containers;

import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.HostConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Completes a create request by the image and by defaults, and refuses what cannot be, in Docker's words. */
final class CheckCreate {
    private final HostFacts facts;
    private final Runtimes runtimes;

    CheckCreate(HostFacts facts, Runtimes runtimes) {
        this.facts = facts;
        this.runtimes = runtimes;
    }

    /**
     * A request made whole.
     *
     * @param config the request's over the image's
     * @param host with defaults filled in
     * @param command what to run, as inspect shows it ({@code Path} and {@code Args})
     * @param warnings for the client
     */
    record Checked(ContainerConfig config, HostConfig host, Command command, List<String> warnings) {}

    /** Program and arguments. */
    record Command(String path, List<String> args) {}

    /**
     * Checks a request and completes it.
     *
     * @param id the id that the container will have; its first digits are the default hostname
     * @param image the config of its image, or null for none
     */
    Checked check(String id, ContainerService.CreateContainer request, @Nullable ContainerConfig image) {
        throw new UnsupportedOperationException(facts + " " + runtimes + id + request + image);
    }

    /** The program and arguments of a complete config. */
    static Command command(ContainerConfig config, HostConfig host) {
        throw new UnsupportedOperationException(config + " " + host);
    }
}
