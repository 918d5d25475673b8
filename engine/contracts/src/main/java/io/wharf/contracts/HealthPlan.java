package io.wharf.contracts;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one run of a container is to be probed. All lengths of time are nanoseconds, with defaults filled in.
 *
 * @param containerId whole
 * @param name of the container, without slash, for messages
 * @param run tells this run from the container's others: when it began, in nanoseconds since the epoch
 * @param status the verdict so far
 * @param probe what to do
 * @param interval from the end of a probe to the begin of the next, and before the first
 * @param timeout a probe that takes longer has failed
 * @param startPeriod from the begin of the run; failures in it do not count while nothing has succeeded yet
 * @param startInterval instead of the interval, in the start period and while nothing has succeeded yet
 * @param retries so many failures one after another make it unhealthy
 */
public record HealthPlan(
        String containerId,
        String name,
        long run,
        HealthStatus status,
        Probe probe,
        long interval,
        long timeout,
        long startPeriod,
        long startInterval,
        int retries) {

    /** One way to find out whether a container is well. */
    public sealed interface Probe {}

    /** A program run inside the container, well if it ends with 0. */
    public record Command(List<String> argv) implements Probe {
        public Command {
            argv = List.copyOf(argv);
        }
    }

    /**
     * A request from within the container's network, well if it is answered with 2xx or 3xx.
     *
     * @param path with its leading slash
     */
    public record Http(Place at, String path) implements Probe {}

    /** A connection from within the container's network, well if it is accepted. */
    public record Tcp(Place at) implements Probe {}

    /**
     * Where to connect to.
     *
     * @param netns path of the network namespace; null for the host's
     * @param address of the container's side, numeric
     */
    public record Place(@Nullable String netns, String address, int port) {
        /** As it stands in a URL. */
        public String text() {
            return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + port;
        }
    }
}
