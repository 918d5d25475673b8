package io.wharf.contracts;

import io.vertx.core.Future;
import io.wharf.contracts.HostConfig.LogConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The logs verticle's answers: what containers say, delivered by log drivers and read back.
 *
 * <p>The monitor's file in the container's folder is the spool. A run is told with {@link #prepare}
 * before its monitor is there, with {@link #begin} as soon as it writes, and with {@link #ended} when it has written all; in between followers wait for more. A destination that is away
 * delays none of these calls.
 */
public interface LogService {
    /** Which drivers there are. */
    Future<LogFacts> facts();

    /**
     * Completes what a container asks for by the engine's defaults.
     *
     * <p>Refuses unknown drivers and options in Docker's words, INVALID_ARGUMENT.
     */
    Future<LogConfig> check(LogConfig asked);

    /** A monitor is about to be started; {@link #begin} or {@link #ended} follows. */
    Future<Void> prepare(Speaker speaker);

    /** A run has a monitor, or was found again with it; its spool grows from now on. */
    Future<Void> begin(Speaker speaker);

    /** The run is over and its spool complete; what is left of it is delivered in the background, and followers end. */
    Future<Void> ended(Speaker speaker);

    /** Delivers what an earlier life of the engine left of a container that does not run. */
    Future<Void> resume(Speaker speaker);

    /** Forgets a container and takes its files away; for destinations that answer, what is left is delivered first. */
    Future<Void> remove(Speaker speaker);

    /**
     * Reads the log; following ends with the run under way, and where there is none at once.
     *
     * <p>NOT_IMPLEMENTED where the driver keeps nothing that could be read.
     *
     * @param framed with Docker's frames, as for everything without a terminal
     */
    Future<Handle<ByteStream>> read(Speaker speaker, ContainerService.LogOptions options, boolean framed);

    /** Follows the output from now on, or from the first run that begins, to that run's end. */
    Future<Handle<Followed>> follow(Speaker speaker, FollowOptions options);

    /**
     * What to follow.
     *
     * @param logs begin with what was said so far
     * @param stream go on with what is said from now on
     * @param framed with Docker's frames
     */
    record FollowOptions(boolean logs, boolean stream, boolean stdout, boolean stderr, boolean framed) {}

    /**
     * Output on its way to one client.
     *
     * @param stop ends the stream here, whatever else there is; from any thread
     */
    record Followed(ByteStream bytes, Runnable stop) {}

    /**
     * The drivers that there are, and the engine's default.
     *
     * @param drivers names, sorted
     */
    record LogFacts(List<String> drivers, String defaultDriver) {}

    /**
     * A container as far as its log has to do with it.
     *
     * @param id full id
     * @param name without slash
     * @param imageId with algorithm
     * @param imageName as the client gave it
     * @param createdNanos since the epoch
     * @param command entrypoint and arguments in one line
     * @param env {@code NAME=value}
     * @param log as {@link #check} completed it
     * @param control the monitor's control fifo, on which it is told to open its log anew
     */
    record Speaker(
            String id,
            String name,
            String imageId,
            String imageName,
            long createdNanos,
            String command,
            Map<String, String> labels,
            List<String> env,
            LogConfig log,
            Path control) {
        public Speaker {
            labels = Map.copyOf(labels);
            env = List.copyOf(env);
        }
    }
}
