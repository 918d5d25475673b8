package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of {@code GET /containers/{id}/json}. Times are RFC 3339 with nanoseconds. */
public record ContainerDetail(
        @JsonProperty("Id") String id,
        String created,
        String path,
        List<String> args,
        State state,
        String image,
        String resolvConfPath,
        String hostnamePath,
        String hostsPath,
        String logPath,
        String name,
        int restartCount,
        String driver,
        String platform,
        String mountLabel,
        String processLabel,
        String appArmorProfile,
        @JsonProperty("ExecIDs") @Nullable List<String> execIds,
        HostConfig hostConfig,
        GraphDriver graphDriver,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sizeRw,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sizeRootFs,
        List<MountPoint> mounts,
        ContainerConfig config,
        NetworkSettings networkSettings) {

    /** What the container's process does, or how it ended. */
    public record State(
            String status,
            boolean running,
            boolean paused,
            boolean restarting,
            @JsonProperty("OOMKilled") boolean oomKilled,
            boolean dead,
            int pid,
            int exitCode,
            String error,
            String startedAt,
            String finishedAt,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Health health) {}

    /** Whether it is well, and the last probes; of a container that is probed and was started. */
    public record Health(String status, int failingStreak, List<ProbeEntry> log) {}

    /** One probe that is over. */
    public record ProbeEntry(String start, String end, int exitCode, String output) {}

    /** How the root is put together. */
    public record GraphDriver(@Nullable Map<String, String> data, String name) {}

    /** Something mounted into the container. */
    public record MountPoint(
            String type,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) String name,
            String source,
            String destination,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) String driver,
            String mode,
            @JsonProperty("RW") boolean rw,
            String propagation) {}

    /** The container's place in its networks; the upper half repeats the default bridge's endpoint for old clients. */
    public record NetworkSettings(
            String bridge,
            @JsonProperty("SandboxID") String sandboxId,
            String sandboxKey,
            Map<String, List<HostConfig.PortBinding>> ports,
            boolean hairpinMode,
            @JsonProperty("LinkLocalIPv6Address") String linkLocalIpv6Address,
            @JsonProperty("LinkLocalIPv6PrefixLen") int linkLocalIpv6PrefixLen,
            @JsonProperty("SecondaryIPAddresses") @Nullable List<String> secondaryIpAddresses,

            @JsonProperty("SecondaryIPv6Addresses") @Nullable
            List<String> secondaryIpv6Addresses,

            @JsonProperty("EndpointID") String endpointId,
            String gateway,
            @JsonProperty("GlobalIPv6Address") String globalIpv6Address,
            @JsonProperty("GlobalIPv6PrefixLen") int globalIpv6PrefixLen,
            @JsonProperty("IPAddress") String ipAddress,
            @JsonProperty("IPPrefixLen") int ipPrefixLen,
            @JsonProperty("IPv6Gateway") String ipv6Gateway,
            String macAddress,
            Map<String, EndpointSettings> networks) {}

    /** One endpoint: what was asked and what was given. */
    public record EndpointSettings(
            @JsonProperty("IPAMConfig") NetworkingConfig.@Nullable EndpointAddresses ipamConfig,
            @Nullable List<String> links,
            @Nullable List<String> aliases,
            String macAddress,
            @Nullable Map<String, String> driverOpts,
            int gwPriority,
            @JsonProperty("NetworkID") String networkId,
            @JsonProperty("EndpointID") String endpointId,
            String gateway,
            @JsonProperty("IPAddress") String ipAddress,
            @JsonProperty("IPPrefixLen") int ipPrefixLen,
            @JsonProperty("IPv6Gateway") String ipv6Gateway,
            @JsonProperty("GlobalIPv6Address") String globalIpv6Address,
            @JsonProperty("GlobalIPv6PrefixLen") int globalIpv6PrefixLen,
            @JsonProperty("DNSNames") @Nullable List<String> dnsNames) {
        /** The same with other names. */
        public EndpointSettings withDnsNames(List<String> names) {
            return new EndpointSettings(
                    ipamConfig,
                    links,
                    aliases,
                    macAddress,
                    driverOpts,
                    gwPriority,
                    networkId,
                    endpointId,
                    gateway,
                    ipAddress,
                    ipPrefixLen,
                    ipv6Gateway,
                    globalIpv6Address,
                    globalIpv6PrefixLen,
                    names);
        }
    }
}
