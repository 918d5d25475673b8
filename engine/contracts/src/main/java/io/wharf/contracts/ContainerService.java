package io.wharf.contracts;

import io.vertx.core.Future;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The containers verticle's answers. {@code ref} is a full id, a unique prefix of one, or a name with or without its
 * leading slash; an unknown one is a 404 {@code No such container: ref}.
 */
public interface ContainerService {
    Future<Created> create(CreateContainer request);

    /** Starts; NOT_MODIFIED where it runs already. */
    Future<Void> start(String ref, @Nullable String detachKeys);

    /**
     * Stops all because the engine goes, and starts none any more; policies bring them back with the next engine.
     *
     * @param seconds until they are killed, where their own times are not longer; a negative number for no such end
     * @param atOnce kills all without waiting, also after a first call
     */
    Future<Pending<Void>> stopAll(int seconds, boolean atOnce);

    /** Signals, waits up to the timeout, kills; the outcome is NOT_MODIFIED where it does not run. */
    Future<Pending<Void>> stop(String ref, StopOptions options);

    Future<Pending<Void>> restart(String ref, StopOptions options);

    /** Sends a signal by name or number, KILL where none is given; 409 where it does not run. */
    Future<Void> kill(String ref, @Nullable String signal);

    Future<Void> pause(String ref);

    Future<Void> unpause(String ref);

    /**
     * Holds the containers that run with a volume still until {@link #thaw}, unseen: their state stays as it is, and an engine
     * that dies meanwhile lets them go on at its start. Answers their ids.
     */
    Future<List<String>> freezeUsersOf(String volume);

    /** Lets those go on that {@link #freezeUsersOf} has answered; one that has ended or was paused since is left alone. */
    Future<Void> thaw(List<String> ids);

    Future<Void> rename(String ref, String name);

    /** Changes limits and restart policy, of a running container at once; answers what was discarded of them. */
    Future<List<String>> update(String ref, UpdateContainer wanted);

    Future<Void> remove(String ref, RemoveOptions options);

    /**
     * Waits for a condition. The call itself answers as soon as the wait is registered (clients start a container only
     * after that); the outcome is the exit.
     */
    Future<Pending<Exit>> waitFor(String ref, WaitCondition condition);

    Future<List<ContainerSummary>> list(ListContainers query);

    Future<ContainerDetail> inspect(String ref, boolean size);

    /** Bytes of the log, framed unless the container has a terminal; the stream is a {@link ByteStream}. */
    Future<LogBytes> logs(String ref, LogOptions options);

    Future<Attached> attach(String ref, AttachOptions options);

    Future<Void> resize(String ref, int height, int width);

    /** Makes an image of the container's changes; answers its id. */
    Future<String> commit(CommitContainer request);

    /** The ps(1) columns of the container's processes. */
    Future<Top> top(String ref, String psArguments);

    /** Where its process is to be found now. */
    Future<ContainerProcess> processOf(String ref);

    /** The same of several, by their full ids, in no order; those that are gone are left out. */
    Future<List<ContainerProcess>> processesOf(List<String> ids);

    /** Refuses to freeze into or restore from a checkpoint: NOT_IMPLEMENTED, and whether CRIU is installed. */
    Future<Void> checkpoint(String ref);

    /**
     * Publishes other ports: at once where the container runs, from its next start on where it does not. Answers what is
     * published.
     */
    Future<Map<String, List<HostConfig.PortBinding>>> publish(PublishPorts request);

    /** What to publish instead of all that was; ports of the host by port of the container, such as {@code 80/tcp}. */
    record PublishPorts(String container, Map<String, List<HostConfig.PortBinding>> ports) {
        public PublishPorts {
            ports = Lists.copyLists(ports);
        }
    }

    /**
     * Gives a container an endpoint in one more network: at once where it runs, from its next start on where it does not.
     */
    Future<Void> connectNetwork(ConnectNetwork request);

    /**
     * Takes a container out of a network.
     *
     * @param force also where the container or the network is gone
     */
    Future<Void> disconnectNetwork(String network, String container, boolean force);

    Future<Counts> counts();

    /** Removes what does not run and fits the filters {@code until}, {@code label} and {@code label!}. */
    Future<Pruned> prune(Filters filters);

    /** How the containers that run and are not paused are to be probed: one by its full id, or all of them for null. */
    Future<List<HealthPlan>> healthPlans(@Nullable String id);

    /**
     * Takes what a probe of a run has found and answers the verdict; NONE where that run is over or paused, and so is not
     * to be probed any more. A change of the status is durable and announced before it is answered; a result that changes
     * nothing is kept in memory only.
     */
    Future<HealthStatus> reportHealth(String id, long run, ProbeResult result);

    /** Opens a container's files, whatever it does; 409 where it is being removed. */
    Future<Handle<FileView>> openFiles(String ref, FileScope scope);

    /** Tells in an event what was done with a container's files. */
    Future<Void> announceFiles(String id, FileAction action);

    /**
     * A create request.
     *
     * @param name wanted name without slash, or null for one of the engine's choice
     * @param platform wanted platform, {@code os[/arch[/variant]]}
     * @param readOnlyTopOnly whether binds that are read-only, and do not say how far, leave what is mounted below
     *     writable
     */
    record CreateContainer(
            @Nullable String name,
            @Nullable String platform,
            ContainerConfig config,
            HostConfig hostConfig,
            NetworkingConfig networking,
            boolean readOnlyTopOnly) {
        public CreateContainer(
                @Nullable String name,
                @Nullable String platform,
                ContainerConfig config,
                HostConfig hostConfig,
                NetworkingConfig networking) {
            this(name, platform, config, hostConfig, networking, false);
        }
    }

    /** The id of a new container, and what was discarded of the request. */
    record Created(String id, List<String> warnings) {}

    /**
     * New limits; zero, empty and absent leave what there is.
     *
     * @param limits of which only the resources count
     * @param restartPolicy or null for the old one
     * @param cleared fields of the limits, rates and weights of single devices, that are to be empty from now on
     */
    record UpdateContainer(HostConfig limits, HostConfig.@Nullable RestartPolicy restartPolicy, List<String> cleared) {}

    /**
     * How to stop.
     *
     * @param signal instead of the container's own stop signal
     * @param timeoutSeconds instead of the container's own; -1 waits for ever
     */
    record StopOptions(@Nullable String signal, @Nullable Integer timeoutSeconds) {}

    /** How to remove: kill first, take its anonymous volumes along, or remove only the link of that name. */
    record RemoveOptions(boolean force, boolean volumes, boolean link) {}

    /** What a wait waits for. */
    enum WaitCondition {
        NOT_RUNNING,
        NEXT_EXIT,
        REMOVED
    }

    /** The end of a container's process: 0–255, and why it could not be waited for where that is so. */
    record Exit(int statusCode, @Nullable String error) {}

    /**
     * What to list.
     *
     * @param all also those that do not run
     * @param limit the newest so many, running or not; 0 for no limit
     * @param size with the sizes of the writable layer and of the root
     */
    record ListContainers(boolean all, int limit, boolean size, Filters filters) {}

    /**
     * Which part of the log.
     *
     * @param sinceNanos since the epoch; 0 for no limit, {@code untilNanos} likewise
     * @param tail only the last so many lines; -1 for all
     * @param lineFrames a frame for each line, and not just as many as bytes make necessary
     * @param alwaysFramed with frames also where there is a terminal
     */
    record LogOptions(
            boolean follow,
            boolean stdout,
            boolean stderr,
            boolean timestamps,
            boolean details,
            long sinceNanos,
            long untilNanos,
            long tail,
            boolean lineFrames,
            boolean alwaysFramed) {
        /** With a frame for each line, as clients know it from Docker. */
        public LogOptions(
                boolean follow,
                boolean stdout,
                boolean stderr,
                boolean timestamps,
                boolean details,
                long sinceNanos,
                long untilNanos,
                long tail) {
            this(follow, stdout, stderr, timestamps, details, sinceNanos, untilNanos, tail, true, false);
        }
    }

    /** A log as bytes, and whether they come from a terminal and so are not framed. */
    record LogBytes(Handle<ByteStream> bytes, boolean tty) {}

    /**
     * What to attach.
     *
     * @param logs first what was said so far
     * @param stream then what is said from now on
     * @param detachKeys such as {@code ctrl-p,ctrl-q}; null for the default
     */
    record AttachOptions(
            boolean logs,
            boolean stream,
            boolean stdin,
            boolean stdout,
            boolean stderr,
            @Nullable String detachKeys) {}

    /** Both ways of bytes, and whether they belong to a terminal and so are not framed. */
    record Attached(Handle<Duplex> streams, boolean tty) {}

    /**
     * What to commit.
     *
     * @param repository and {@code tag} name the new image, if given
     * @param pause whether the container is frozen meanwhile
     * @param config overrides of the container's own config, or null
     * @param changes Dockerfile instructions
     */
    record CommitContainer(
            String ref,
            @Nullable String repository,
            @Nullable String tag,
            @Nullable String comment,
            @Nullable String author,
            boolean pause,
            @Nullable ContainerConfig config,
            List<String> changes) {}

    /** Titles and rows as ps(1) prints them. */
    record Top(List<String> titles, List<List<String>> processes) {}

    /** How much of a container's files is shown. */
    enum FileScope {
        /** As its process sees them, with volumes, binds and tmpfs at their places. */
        INSIDE,
        /** The root alone, nothing mounted into it. */
        ROOT,
        /** The folders of its layers. */
        LAYERS
    }

    /** What was done with a container's files. */
    enum FileAction {
        ARCHIVE_PATH("archive-path"),
        EXTRACT_TO_DIR("extract-to-dir"),
        EXPORT("export");

        private final String word;

        FileAction(String word) {
            this.word = word;
        }

        /** Docker's name of the event. */
        public String word() {
            return word;
        }
    }

    /**
     * What to connect.
     *
     * @param network name, id or unique prefix of one; {@code container} likewise
     */
    record ConnectNetwork(String network, String container, EndpointConfig asked) {}

    /** How many containers there are, by state. */
    record Counts(int running, int paused, int stopped) {}

    /** What a prune has removed, null for nothing; bytes of the writable layers. */
    record Pruned(@Nullable List<String> containersDeleted, long spaceReclaimed) {}
}
