package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is portable about a container, as the {@code Config} object of the Docker Engine API has it.
 *
 * <p>{@code Cmd}, {@code Entrypoint} and {@code Shell} accept a string or a list; absent and empty differ for the first
 * two. {@code StopTimeout} is in seconds. {@code ExposedPorts} and {@code Volumes} are sets written as objects.
 */
public record ContainerConfig(
        String hostname,
        String domainname,
        String user,
        boolean attachStdin,
        boolean attachStdout,
        boolean attachStderr,
        Map<String, Object> exposedPorts,
        boolean tty,
        boolean openStdin,
        boolean stdinOnce,
        List<String> env,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable
        List<String> cmd,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Healthcheck healthcheck,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean argsEscaped,
        String image,
        Map<String, Object> volumes,
        String workingDir,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable
        List<String> entrypoint,

        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean networkDisabled,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable
        String macAddress,

        @JsonProperty("OnBuild") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> onBuild,

        Map<String, String> labels,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable
        String stopSignal,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer stopTimeout,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> shell) {
    public ContainerConfig {
        hostname = Lists.text(hostname);
        domainname = Lists.text(domainname);
        user = Lists.text(user);
        exposedPorts = Lists.set(exposedPorts);
        env = Lists.copy(env);
        cmd = Lists.copyOrNull(cmd);
        image = Lists.text(image);
        volumes = Lists.set(volumes);
        workingDir = Lists.text(workingDir);
        entrypoint = Lists.copyOrNull(entrypoint);
        onBuild = Lists.copy(onBuild);
        labels = Lists.copy(labels);
        shell = Lists.copy(shell);
    }

    /** The probe of {@code HEALTHCHECK}; durations in nanoseconds, zero for the default. */
    public record Healthcheck(
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> test,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) long interval,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) long timeout,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) long startPeriod,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) long startInterval,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) int retries) {
        public Healthcheck {
            test = Lists.copy(test);
        }
    }
}
