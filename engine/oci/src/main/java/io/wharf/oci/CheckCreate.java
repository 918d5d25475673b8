package io.wharf.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerDefaults;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.HostConfig;
import io.wharf.linux.Host;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Completes a create request by the image and by defaults, and refuses what cannot be, in Docker's words. */
public final class CheckCreate {
    private static final String HOST = "host";
    private static final String PRIVATE = "private";

    private final HostFacts facts;
    private final CgroupPaths cgroups;
    private final Runtimes runtimes;
    private final ContainerDefaults defaults;

    public CheckCreate(HostFacts facts, CgroupPaths cgroups, Runtimes runtimes, ContainerDefaults defaults) {
        this.facts = facts;
        this.cgroups = cgroups;
        this.runtimes = runtimes;
        this.defaults = defaults;
    }

    /**
     * A request made whole.
     *
     * @param config the request's over the image's
     * @param host with defaults filled in
     * @param command what to run, as inspect shows it
     * @param warnings for the client
     */
    public record Checked(ContainerConfig config, HostConfig host, Command command, List<String> warnings) {}

    /**
     * Checks a request and completes it.
     *
     * @param id the id that the container will have; its first digits are the default hostname
     * @param image the config of its image, or null for none
     * @param log where its output is kept, as the logs room has checked and completed it
     */
    public Checked check(
            String id,
            ContainerService.CreateContainer request,
            @Nullable ContainerConfig image,
            HostConfig.LogConfig log) {
        HostConfig asked = request.hostConfig();
        ObjectNode host = Json.MAPPER.valueToTree(asked);
        List<String> warnings = new ArrayList<>();
        CheckText.check(request);
        CheckForeign.check(asked, host, warnings);
        CheckEndpoints.check(request.networking());
        ContainerConfig config = MergeImage.merge(request.config(), image);
        new CheckOptions(withOwnPorts(config, request.config()), asked).check(facts, cgroups, warnings);
        Command command = Command.of(config);
        new CheckResources(asked, facts, host, warnings).check();
        String runtime = runtimes.asked(asked.runtime()).name();
        fillIn(host, asked, runtime);
        host.set("LogConfig", Json.MAPPER.valueToTree(log));
        // "No network" by its old name.
        if (config.networkDisabled() && asked.networkMode().isEmpty()) {
            host.put("NetworkMode", "none");
        }
        warn(asked, warnings);
        return new Checked(
                named(config, id, asked),
                Json.MAPPER.convertValue(host, HostConfig.class),
                command,
                List.copyOf(warnings));
    }

    // Of the image's config, ports alone would look like a wish of the user's that contradicts the network mode.
    private static ContainerConfig withOwnPorts(ContainerConfig merged, ContainerConfig request) {
        ObjectNode tree = Json.MAPPER.valueToTree(merged);
        tree.set("ExposedPorts", Json.MAPPER.valueToTree(request.exposedPorts()));
        return Json.MAPPER.convertValue(tree, ContainerConfig.class);
    }

    private void fillIn(ObjectNode host, HostConfig asked, String runtime) {
        host.put("Runtime", runtime);
        ifEmpty(host, "NetworkMode", asked.networkMode(), "default");
        ifEmpty(host, "IpcMode", asked.ipcMode(), defaults.ipcMode());
        ifEmpty(host, "CgroupnsMode", asked.cgroupnsMode(), cgroupNamespace(asked));
        if (asked.shmSize() == 0) {
            host.put("ShmSize", defaults.shmSize());
        }
        if (asked.oomKillDisable() == null && !facts.unified()) {
            host.put("OomKillDisable", false);
        }
        if (asked.consoleSize().isEmpty()) {
            host.putArray("ConsoleSize").add(0).add(0);
        }
        if (!asked.privileged()) {
            if (asked.maskedPaths() == null) {
                host.set("MaskedPaths", Json.MAPPER.valueToTree(LinuxSpec.MASKED));
            }
            if (asked.readonlyPaths() == null) {
                host.set("ReadonlyPaths", Json.MAPPER.valueToTree(LinuxSpec.READ_ONLY));
            }
        }
    }

    /** On v1 a privileged container sees the host's groups, as those who nest engines expect it. */
    private String cgroupNamespace(HostConfig asked) {
        if (asked.privileged() && !facts.unified()) {
            return HOST;
        }
        return defaults.cgroupnsMode().isEmpty() ? facts.unified() ? PRIVATE : HOST : defaults.cgroupnsMode();
    }

    private void warn(HostConfig host, List<String> warnings) {
        if (host.networkMode().equals(HOST) && (!host.portBindings().isEmpty() || host.publishAllPorts())) {
            warnings.add("Published ports are discarded when using host network mode");
        }
        Ulimits.of(host.ulimits(), facts, warnings);
        if (host.oomScoreAdj() < facts.oomScoreAdj() && !facts.sysResource()) {
            warnings.add("The engine has no CAP_SYS_RESOURCE: the oom score adjustment is " + facts.oomScoreAdj()
                    + " instead of " + host.oomScoreAdj());
        }
    }

    /** With a hostname: one's own, or that of the host whose name space it shares. */
    private static ContainerConfig named(ContainerConfig config, String id, HostConfig host) {
        if (!config.hostname().isEmpty() || host.networkMode().startsWith("container:")) {
            return config;
        }
        boolean asHost = host.networkMode().equals(HOST) || host.utsMode().equals(HOST);
        ObjectNode tree = Json.MAPPER.valueToTree(config);
        tree.put("Hostname", asHost ? Host.hostname() : Ids.shortOf(id));
        return Json.MAPPER.convertValue(tree, ContainerConfig.class);
    }

    private static void ifEmpty(ObjectNode host, String field, String asked, String otherwise) {
        if (asked.isEmpty()) {
            host.put(field, otherwise);
        }
    }
}
