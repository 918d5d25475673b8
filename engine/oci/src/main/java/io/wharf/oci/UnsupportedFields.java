package io.wharf.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.WharfException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What becomes of each field of a create request, so that none is dropped in silence: it is acted upon, it has no meaning
 * for a daemon on Linux, or it is refused while it is not built.
 *
 * <p>A test holds these lists against the records of the contract: a new field stands here or the build fails.
 */
final class UnsupportedFields {
    /** Acted upon, by the spec or by the owners of networks, volumes, logs and life cycles. */
    static final Set<String> CONFIG_HANDLED = Set.of(
            "Hostname",
            "Domainname",
            "User",
            "AttachStdin",
            "AttachStdout",
            "AttachStderr",
            "ExposedPorts",
            "Tty",
            "OpenStdin",
            "StdinOnce",
            "Env",
            "Cmd",
            "Image",
            "Volumes",
            "WorkingDir",
            "Entrypoint",
            "NetworkDisabled",
            "MacAddress",
            "Labels",
            "StopSignal",
            "StopTimeout",
            "Healthcheck");

    /** Without effect on a container by their nature: for images made of it, or for Windows. */
    static final Set<String> CONFIG_WITHOUT_EFFECT = Set.of("OnBuild", "Shell", "ArgsEscaped");

    static final Set<String> HOST_HANDLED = Set.of(
            "Binds",
            "LogConfig",
            "NetworkMode",
            "PortBindings",
            "RestartPolicy",
            "AutoRemove",
            "VolumeDriver",
            "VolumesFrom",
            "ConsoleSize",
            "Annotations",
            "CapAdd",
            "CapDrop",
            "CgroupnsMode",
            "Dns",
            "DnsOptions",
            "DnsSearch",
            "ExtraHosts",
            "GroupAdd",
            "IpcMode",
            "OomScoreAdj",
            "PidMode",
            "Privileged",
            "PublishAllPorts",
            "ReadonlyRootfs",
            "SecurityOpt",
            "StorageOpt",
            "Tmpfs",
            "UTSMode",
            "ShmSize",
            "Sysctls",
            "Runtime",
            "CpuShares",
            "Memory",
            "NanoCpus",
            "CgroupParent",
            "BlkioWeight",
            "BlkioWeightDevice",
            "BlkioDeviceReadBps",
            "BlkioDeviceWriteBps",
            "BlkioDeviceReadIOps",
            "BlkioDeviceWriteIOps",
            "CpuPeriod",
            "CpuQuota",
            "CpuRealtimePeriod",
            "CpuRealtimeRuntime",
            "CpusetCpus",
            "CpusetMems",
            "Devices",
            "DeviceCgroupRules",
            "KernelMemory",
            "KernelMemoryTCP",
            "MemoryReservation",
            "MemorySwap",
            "MemorySwappiness",
            "OomKillDisable",
            "PidsLimit",
            "Ulimits",
            "CpuPercent",
            "IOMaximumIOps",
            "IOMaximumBandwidth",
            "Mounts",
            "MaskedPaths",
            "ReadonlyPaths",
            "Init");

    /** A note of the client's for itself. */
    static final Set<String> HOST_WITHOUT_EFFECT = Set.of("ContainerIDFile");

    static final Map<String, String> HOST_REFUSED = Map.of(
            "Links", "links between containers (use a network)",
            "Cgroup", "joining another container's cgroup",
            "UsernsMode", "user namespaces",
            "Isolation", "isolation technologies",
            "CpuCount", "a number of CPUs (use NanoCpus)",
            "DeviceRequests", "device requests");

    /** Values that ask for what is there anyway. */
    private static final Map<String, List<String>> HARMLESS =
            Map.of("UsernsMode", List.of("host"), "Isolation", List.of("default"));

    private UnsupportedFields() {}

    /** Refuses fields that are set and not built. */
    static void checkHost(JsonNode host) {
        JsonNode requests = host.path("DeviceRequests");
        if (!requests.isEmpty()) {
            JsonNode first = requests.get(0);
            JsonNode capabilities = first.path("Capabilities");
            throw WharfException.internal("could not select device driver \""
                    + first.path("Driver").asText("")
                    + "\" with capabilities: "
                    + (capabilities.isArray()
                            ? capabilities.toString().replace("\"", "").replace(",", " ")
                            : "[]"));
        }
        check("HostConfig", host, HOST_REFUSED);
    }

    private static void check(String where, JsonNode object, Map<String, String> refused) {
        refused.forEach((field, what) -> {
            JsonNode value = object.path(field);
            if (isSet(value) && !HARMLESS.getOrDefault(field, List.of()).contains(value.asText())) {
                throw WharfException.notImplemented(
                        what + ": not supported yet, " + where + "." + field + " must not be set");
            }
        });
    }

    static boolean isSet(JsonNode value) {
        return switch (value.getNodeType()) {
            case MISSING, NULL -> false;
            case STRING -> !value.textValue().isEmpty();
            case NUMBER -> value.longValue() != 0;
            case BOOLEAN -> value.booleanValue();
            case ARRAY, OBJECT, BINARY, POJO -> !value.isEmpty();
        };
    }
}
