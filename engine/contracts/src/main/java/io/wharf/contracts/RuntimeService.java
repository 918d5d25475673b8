package io.wharf.contracts;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** What the containers verticle says of the OCI runtimes that it found and tried. */
public interface RuntimeService {
    Future<RuntimeFacts> runtimes();

    /**
     * For {@code docker info} and {@code docker version}.
     *
     * @param defaultRuntime name of the runtime that containers get
     * @param paths name to program of all runtimes
     * @param version the default runtime's own version line
     * @param monitorVersion conmon's
     * @param reason why this runtime was chosen
     * @param cgroupDriver {@code cgroupfs} or {@code systemd}
     * @param cgroupVersion 1 or 2; a hybrid host counts as 1
     * @param securityOptions such as {@code name=seccomp,profile=builtin}
     * @param warnings what this host lacks
     */
    record RuntimeFacts(
            String defaultRuntime,
            Map<String, String> paths,
            String version,
            String monitorVersion,
            String reason,
            String cgroupDriver,
            String cgroupVersion,
            List<String> securityOptions,
            List<String> warnings) {}
}
