package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Further processes in running containers; answered by the containers verticle. */
public interface ExecService {
    Future<String> create(String containerRef, ExecConfig config);

    /** Fails where a start would be refused: for an unknown exec, one that was started before, a container that stands still. */
    Future<Void> ready(String execId);

    /** Starts with streams; the output ends with the process, whose exit code {@link #inspect} then tells. */
    Future<ContainerService.Attached> start(String execId, ExecStart options);

    /** Starts in the background. */
    Future<Void> startDetached(String execId, ExecStart options);

    Future<Void> resize(String execId, int height, int width);

    Future<ExecDetail> inspect(String execId);

    /** Kills it with what it has started, where it still runs, and forgets it as soon as it is over. */
    Future<Void> discard(String execId);

    /** The body of exec create. */
    record ExecConfig(
            String user,
            boolean privileged,
            boolean tty,
            List<Integer> consoleSize,
            boolean attachStdin,
            boolean attachStderr,
            boolean attachStdout,
            @Nullable String detachKeys,
            List<String> env,
            String workingDir,
            List<String> cmd) {
        public ExecConfig {
            user = Lists.text(user);
            consoleSize = Lists.copy(consoleSize);
            env = Lists.copy(env);
            workingDir = Lists.text(workingDir);
            cmd = Lists.copy(cmd);
        }

        /** The same with a terminal of a size that nobody told. */
        public ExecConfig withoutSize() {
            return new ExecConfig(
                    user,
                    privileged,
                    tty,
                    List.of(),
                    attachStdin,
                    attachStderr,
                    attachStdout,
                    detachKeys,
                    env,
                    workingDir,
                    cmd);
        }
    }

    /** The body of exec start. */
    record ExecStart(boolean detach, boolean tty, List<Integer> consoleSize) {
        public ExecStart {
            consoleSize = Lists.copy(consoleSize);
        }
    }

    /** The body of exec inspect; {@code ExitCode} is null while the process runs. */
    record ExecDetail(
            @JsonProperty("ID") String id,
            boolean running,
            @Nullable Integer exitCode,
            ProcessConfig processConfig,
            boolean openStdin,
            boolean openStderr,
            boolean openStdout,
            boolean canRemove,
            @JsonProperty("ContainerID") String containerId,
            String detachKeys,
            int pid) {}

    /** What an exec runs. */
    record ProcessConfig(
            @JsonProperty("tty") boolean tty,
            @JsonProperty("entrypoint") String entrypoint,
            @JsonProperty("arguments") List<String> arguments,
            @JsonProperty("privileged") boolean privileged,

            @JsonProperty("user") @JsonInclude(JsonInclude.Include.NON_EMPTY)
            String user) {}
}
