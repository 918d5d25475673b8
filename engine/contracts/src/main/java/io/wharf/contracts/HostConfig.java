package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What ties a container to this host, as the {@code HostConfig} object of the Docker Engine API has it.
 *
 * <p>Memory sizes are bytes, CPU times microseconds, {@code NanoCpus} billionths of a CPU; zero means unset. {@code
 * MemorySwap} -1 means without limit. {@code Umask} is null for what the runtime gives.
 */
public record HostConfig(
        List<String> binds,
        @JsonProperty("ContainerIDFile") String containerIdFile,
        LogConfig logConfig,
        String networkMode,
        Map<String, List<PortBinding>> portBindings,
        RestartPolicy restartPolicy,
        boolean autoRemove,
        String volumeDriver,
        List<String> volumesFrom,
        List<Integer> consoleSize,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> annotations,
        List<String> capAdd,
        List<String> capDrop,
        String cgroupnsMode,
        List<String> dns,
        List<String> dnsOptions,
        List<String> dnsSearch,
        List<String> extraHosts,
        List<String> groupAdd,
        String ipcMode,
        String cgroup,
        List<String> links,
        int oomScoreAdj,
        String pidMode,
        boolean privileged,
        boolean publishAllPorts,
        boolean readonlyRootfs,
        List<String> securityOpt,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> storageOpt,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> tmpfs,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer umask,
        @JsonProperty("UTSMode") String utsMode,
        String usernsMode,
        long shmSize,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> sysctls,
        String runtime,
        String isolation,
        long cpuShares,
        long memory,
        long nanoCpus,
        String cgroupParent,
        int blkioWeight,
        List<Map<String, Object>> blkioWeightDevice,
        List<Map<String, Object>> blkioDeviceReadBps,
        List<Map<String, Object>> blkioDeviceWriteBps,
        @JsonProperty("BlkioDeviceReadIOps") List<Map<String, Object>> blkioDeviceReadIops,
        @JsonProperty("BlkioDeviceWriteIOps") List<Map<String, Object>> blkioDeviceWriteIops,
        long cpuPeriod,
        long cpuQuota,
        long cpuRealtimePeriod,
        long cpuRealtimeRuntime,
        String cpusetCpus,
        String cpusetMems,
        List<Device> devices,
        List<String> deviceCgroupRules,
        List<DeviceRequest> deviceRequests,
        long kernelMemory,
        @JsonProperty("KernelMemoryTCP") long kernelMemoryTcp,
        long memoryReservation,
        long memorySwap,
        @Nullable Long memorySwappiness,
        @Nullable Boolean oomKillDisable,
        @Nullable Long pidsLimit,
        List<Ulimit> ulimits,
        long cpuCount,
        long cpuPercent,
        @JsonProperty("IOMaximumIOps") long ioMaximumIops,
        @JsonProperty("IOMaximumBandwidth") long ioMaximumBandwidth,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Mount> mounts,
        @Nullable List<String> maskedPaths,
        @Nullable List<String> readonlyPaths,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean init) {
    public HostConfig {
        binds = Lists.copy(binds);
        containerIdFile = Lists.text(containerIdFile);
        logConfig = logConfig == null ? new LogConfig("", Map.of()) : logConfig;
        networkMode = Lists.text(networkMode);
        portBindings = Lists.copyLists(portBindings);
        restartPolicy = restartPolicy == null ? RestartPolicy.NO : restartPolicy;
        volumeDriver = Lists.text(volumeDriver);
        volumesFrom = Lists.copy(volumesFrom);
        consoleSize = consoleSize == null ? List.of(0, 0) : List.copyOf(consoleSize);
        annotations = Lists.copy(annotations);
        capAdd = Lists.copy(capAdd);
        capDrop = Lists.copy(capDrop);
        cgroupnsMode = Lists.text(cgroupnsMode);
        dns = Lists.copy(dns);
        dnsOptions = Lists.copy(dnsOptions);
        dnsSearch = Lists.copy(dnsSearch);
        extraHosts = Lists.copy(extraHosts);
        groupAdd = Lists.copy(groupAdd);
        ipcMode = Lists.text(ipcMode);
        cgroup = Lists.text(cgroup);
        links = Lists.copy(links);
        pidMode = Lists.text(pidMode);
        securityOpt = Lists.copy(securityOpt);
        storageOpt = Lists.copy(storageOpt);
        tmpfs = Lists.copy(tmpfs);
        utsMode = Lists.text(utsMode);
        usernsMode = Lists.text(usernsMode);
        sysctls = Lists.copy(sysctls);
        runtime = Lists.text(runtime);
        isolation = Lists.text(isolation);
        cgroupParent = Lists.text(cgroupParent);
        blkioWeightDevice = Lists.copy(blkioWeightDevice);
        blkioDeviceReadBps = Lists.copy(blkioDeviceReadBps);
        blkioDeviceWriteBps = Lists.copy(blkioDeviceWriteBps);
        blkioDeviceReadIops = Lists.copy(blkioDeviceReadIops);
        blkioDeviceWriteIops = Lists.copy(blkioDeviceWriteIops);
        cpusetCpus = Lists.text(cpusetCpus);
        cpusetMems = Lists.text(cpusetMems);
        devices = Lists.copy(devices);
        deviceCgroupRules = Lists.copy(deviceCgroupRules);
        deviceRequests = Lists.copy(deviceRequests);
        ulimits = Lists.copy(ulimits);
        mounts = Lists.copy(mounts);
        maskedPaths = Lists.copyOrNull(maskedPaths);
        readonlyPaths = Lists.copyOrNull(readonlyPaths);
    }

    /** Where the output of the container is kept: a driver's name and its options. */
    public record LogConfig(String type, Map<String, String> config) {
        public LogConfig {
            type = Lists.text(type);
            config = Lists.copy(config);
        }
    }

    /** A port of the host; empty text means any address, or a port of the engine's choice. */
    public record PortBinding(String hostIp, String hostPort) {
        public PortBinding {
            hostIp = Lists.text(hostIp);
            hostPort = Lists.text(hostPort);
        }
    }

    /** {@code no}, {@code always}, {@code unless-stopped} or {@code on-failure}; the count belongs to the last. */
    public record RestartPolicy(String name, int maximumRetryCount) {
        public static final RestartPolicy NO = new RestartPolicy("no", 0);

        public RestartPolicy {
            name = name == null || name.isEmpty() ? "no" : name;
        }
    }

    /** A device node to show inside; permissions out of {@code rwm}. */
    public record Device(
            String pathOnHost,
            @Nullable String pathInContainer,
            @Nullable String cgroupPermissions) {}

    /** A resource limit of the container's processes. */
    public record Ulimit(String name, long hard, long soft) {}

    /** One entry of {@code Mounts}. */
    public record Mount(
            String target,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String source,

            String type,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean readOnly,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String consistency,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            BindOptions bindOptions,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            VolumeOptions volumeOptions,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            TmpfsOptions tmpfsOptions,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            ImageOptions imageOptions,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Map<String, Object> clusterOptions) {
        public Mount {
            target = Lists.text(target);
            type = Lists.text(type);
        }
    }

    /** How a bind is made. */
    public record BindOptions(
            @Nullable String propagation,
            boolean nonRecursive,
            boolean createMountpoint,
            boolean readOnlyNonRecursive,
            boolean readOnlyForceRecursive) {}

    /** How a volume is made and mounted. */
    public record VolumeOptions(
            boolean noCopy,
            Map<String, String> labels,
            @Nullable DriverConfig driverConfig,
            @Nullable String subpath) {
        public VolumeOptions {
            labels = Lists.copy(labels);
        }
    }

    /** A volume driver and its options. */
    public record DriverConfig(String name, Map<String, String> options) {
        public DriverConfig {
            name = Lists.text(name);
            options = Lists.copy(options);
        }
    }

    /** Which folder of an image is mounted; empty for its root. */
    public record ImageOptions(String subpath) {
        public ImageOptions {
            subpath = Lists.text(subpath);
        }
    }

    /** Size in bytes and mode of a tmpfs, as a number; options as lists of a name and, at times, a value. */
    public record TmpfsOptions(
            long sizeBytes,
            int mode,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<List<String>> options) {
        public TmpfsOptions {
            options = Lists.copy(options);
        }
    }

    /**
     * Devices that a driver chooses.
     *
     * @param count how many, -1 for all
     * @param deviceIds by the driver's own names
     * @param capabilities alternatives, each a list of what the driver must be able to do
     */
    public record DeviceRequest(
            String driver,
            int count,
            @JsonProperty("DeviceIDs") List<String> deviceIds,
            List<List<String>> capabilities,
            Map<String, String> options) {
        public DeviceRequest {
            driver = Lists.text(driver);
            deviceIds = Lists.copy(deviceIds);
            capabilities = Lists.copy(capabilities);
            options = Lists.copy(options);
        }
    }
}
