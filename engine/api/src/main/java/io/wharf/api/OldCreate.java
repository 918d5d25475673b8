package io.wharf.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.HostConfig.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a create request of a version of the API means for all but endpoints: fields that it does not know are ignored, or
 * refused where a client would trust in them, and defaults are those of its time.
 *
 * @param config as today's version has it, {@code host} likewise
 * @param readOnlyTopOnly whether a bind that is read-only leaves what is mounted below as it is
 * @param warnings for the client
 */
record OldCreate(ContainerConfig config, HostConfig host, boolean readOnlyTopOnly, List<String> warnings) {
    static final int WITH_CAPABILITIES = 40;

    private static final int REMOVED_BY_CLIENTS = 25;
    private static final int SHAREABLE_UNTIL = 40;
    private static final int HOSTS_CGROUPS_UNTIL = 41;
    private static final int STRICT_MOUNTS = 42;
    private static final int ANNOTATIONS = 43;
    private static final int READ_ONLY_BELOW = 44;
    private static final int SUBPATHS = 45;
    private static final int IMAGE_MOUNTS = 48;
    private static final int WITHOUT_KERNEL_MEMORY = 52;
    private static final String VOLUME = "volume";

    /** The part of a body that version 1.40 alone has. */
    record Capabilities(@Nullable Host hostConfig) {
        record Host(@Nullable List<String> capabilities) {}
    }

    /** Whether the host has the second version of control groups alone. */
    static boolean unified() {
        return Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
    }

    static OldCreate read(ApiVersion version, ContainerConfig config, HostConfig host, BooleanSupplier unified) {
        host.mounts().forEach(mount -> refuseYoung(version, mount));
        List<String> warnings = new ArrayList<>();
        warn(version, host, warnings);
        return new OldCreate(
                version.atLeast(READ_ONLY_BELOW) ? config : withoutStartInterval(config),
                version.atLeast(READ_ONLY_BELOW)
                                && (!version.atLeast(WITHOUT_KERNEL_MEMORY) || host.kernelMemoryTcp() == 0)
                        ? host
                        : edited(version, host, unified),
                !version.atLeast(READ_ONLY_BELOW),
                List.copyOf(warnings));
    }

    /** What would be lost unnoticed by a client that was told of it by documents of a later version. */
    private static void refuseYoung(ApiVersion version, Mount mount) {
        if (!version.atLeast(READ_ONLY_BELOW)
                && mount.bindOptions() != null
                && mount.bindOptions().readOnlyForceRecursive()) {
            throw WharfException.invalid("BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer");
        }
        String subpath =
                mount.volumeOptions() == null ? null : mount.volumeOptions().subpath();
        if (!version.atLeast(SUBPATHS) && subpath != null && !subpath.isEmpty()) {
            throw WharfException.invalid("VolumeOptions.Subpath needs API v1.45 or newer");
        }
        if (!version.atLeast(IMAGE_MOUNTS) && mount.type().equals("image")) {
            throw WharfException.invalid("Mount type \"Image\" needs API v1.48 or newer");
        }
    }

    /** Version 1.40 had a list of all capabilities, which nobody has honoured since. */
    static void refuseCapabilities(Capabilities body) {
        Capabilities.Host host = body.hostConfig();
        if (host != null && host.capabilities() != null && !host.capabilities().isEmpty()) {
            throw WharfException.invalid("the HostConfig.Capabilities field is not supported by this daemon; use CapAdd"
                    + " and CapDrop to set capabilities");
        }
    }

    private static void warn(ApiVersion version, HostConfig host, List<String> warnings) {
        if (version.atLeast(IMAGE_MOUNTS)
                && !host.volumeDriver().isEmpty()
                && host.mounts().stream().anyMatch(OldCreate::takesTheDriver)) {
            warnings.add("WARNING: the container-wide volume-driver configuration is ignored for volumes specified via"
                    + " 'mount'. Use '--mount type=volume,volume-driver=...' instead");
        }
        if (!version.atLeast(WITHOUT_KERNEL_MEMORY)) {
            return;
        }
        List<String> empty = host.portBindings().entrySet().stream()
                .filter(port -> port.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
        if (!empty.isEmpty()) {
            warnings.add("Following container port(s) have an empty list of port-bindings: " + String.join(", ", empty)
                    + ". Such bindings will be discarded in a future version.");
        }
        if (host.kernelMemoryTcp() != 0) {
            warnings.add("KernelMemoryTCP is no part of this version of the API, and was discarded.");
        }
    }

    private static boolean takesTheDriver(Mount mount) {
        HostConfig.VolumeOptions options = mount.volumeOptions();
        HostConfig.DriverConfig driver = options == null ? null : options.driverConfig();
        return mount.type().equals(VOLUME) && (driver == null || driver.name().isEmpty());
    }

    private static ContainerConfig withoutStartInterval(ContainerConfig config) {
        if (config.healthcheck() == null || config.healthcheck().startInterval() == 0) {
            return config;
        }
        ObjectNode tree = Json.MAPPER.valueToTree(config);
        ((ObjectNode) tree.get("Healthcheck")).remove("StartInterval");
        return Json.MAPPER.convertValue(tree, ContainerConfig.class);
    }

    private static HostConfig edited(ApiVersion version, HostConfig host, BooleanSupplier unified) {
        ObjectNode tree = Json.MAPPER.valueToTree(host);
        if (version.atLeast(WITHOUT_KERNEL_MEMORY)) {
            tree.remove("KernelMemoryTCP");
        }
        if (!version.atLeast(REMOVED_BY_CLIENTS)) {
            // Clients of that time remove the container themselves.
            tree.put("AutoRemove", false);
        }
        if (!version.atLeast(SHAREABLE_UNTIL)) {
            tree.remove("KernelMemoryTCP");
            if (host.ipcMode().isEmpty()) {
                tree.put("IpcMode", "shareable");
            }
        }
        if (!version.atLeast(HOSTS_CGROUPS_UNTIL) && host.cgroupnsMode().isEmpty() && !unified.getAsBoolean()) {
            tree.put("CgroupnsMode", "host");
        }
        if (!version.atLeast(STRICT_MOUNTS)) {
            tree.putArray("ConsoleSize").add(0).add(0);
        }
        if (!version.atLeast(ANNOTATIONS)) {
            tree.remove("Annotations");
        }
        for (JsonNode mount : tree.path("Mounts")) {
            edit(version, (ObjectNode) mount);
        }
        return Json.MAPPER.convertValue(tree, HostConfig.class);
    }

    private static void edit(ApiVersion version, ObjectNode mount) {
        String type = mount.path("Type").asText();
        if (!version.atLeast(STRICT_MOUNTS)) {
            if (!type.equals(VOLUME)) {
                mount.remove("VolumeOptions");
            }
            if (!type.equals("tmpfs")) {
                mount.remove("TmpfsOptions");
            }
            if (mount.get("BindOptions") instanceof ObjectNode bind) {
                bind.put("CreateMountpoint", false);
                if (!version.atLeast(SHAREABLE_UNTIL)) {
                    bind.put("NonRecursive", false);
                }
            }
        }
    }
}
