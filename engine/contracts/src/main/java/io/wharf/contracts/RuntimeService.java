package io.wharf.contracts;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** What the containers verticle says of the OCI runtimes that it found and tried. */
public interface RuntimeService {
    Future<RuntimeFacts> runtimes();

    /**
     * Takes runtimes and defaults of containers to come from other options; nothing changes where a runtime that they name
     * is not there.
     */
    Future<Void> adjust(EngineOptions now);

    /**
     * For {@code docker info} and {@code docker version}.
     *
     * @param defaultRuntime name of the runtime that containers get
     * @param paths name to program of all runtimes
     * @param version the default runtime's own, without its name
     * @param commit what it was built from; its version where it does not say
     * @param features by name of a runtime, the JSON in which it tells what it can
     * @param monitorVersion conmon's
     * @param init program of {@code --init}; empty where there is none
     * @param initVersion its own
     * @param reason why this runtime was chosen
     * @param cgroupDriver {@code cgroupfs} or {@code systemd}
     * @param cgroupVersion 1 or 2; a hybrid host counts as 1
     * @param securityOptions such as {@code name=seccomp,profile=builtin}
     * @param limits whether this host can limit, by the names of {@code docker info}
     * @param cdiFolders where devices are described
     * @param cdiDevices their names
     * @param warnings what this host lacks
     */
    record RuntimeFacts(
            String defaultRuntime,
            Map<String, String> paths,
            String version,
            String commit,
            Map<String, String> features,
            String monitorVersion,
            String init,
            String initVersion,
            String reason,
            String cgroupDriver,
            String cgroupVersion,
            List<String> securityOptions,
            Map<String, Boolean> limits,
            List<String> cdiFolders,
            List<String> cdiDevices,
            List<String> warnings) {}
}
