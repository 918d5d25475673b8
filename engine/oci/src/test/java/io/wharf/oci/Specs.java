package io.wharf.oci;

import io.wharf.base.Json;
import io.wharf.base.Layout;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerService.CreateContainer;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.linux.Boot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Requests, hosts and options for tests of specs; JSON is written with single quotes. */
public final class Specs {
    static final String ID = "0123456789ab0000000000000000000000000000000000000000000000000000";
    static final long ALL_CAPABILITIES = (1L << 41) - 1;

    private Specs() {}

    public static ContainerConfig config(String json) {
        return Json.parse(bytes(json), ContainerConfig.class);
    }

    public static HostConfig host(String json) {
        return Json.parse(bytes(json), HostConfig.class);
    }

    static CreateContainer request(String config, String host) {
        return new CreateContainer(null, null, config(config), host(host), NetworkingConfig.NONE);
    }

    /** A host that can do everything, in the style of cgroup v1. */
    static HostFacts ableHost() {
        return facts(HostFacts.Cgroup.V1, ALL_CAPABILITIES, Map.of());
    }

    static HostFacts facts(HostFacts.Cgroup cgroup, long capabilities, Map<String, Long> rlimits) {
        Map<String, Long> limits = new HashMap<>(rlimits);
        boolean unified = cgroup == HostFacts.Cgroup.V2;
        return new HostFacts(
                cgroup,
                unified
                        ? Set.of("cpu", "cpuset", "io", "memory", "pids")
                        : Set.of("cpu", "cpuset", "blkio", "memory", "pids"),
                unified
                        ? Set.of("memory.swap")
                        : Set.of(
                                "memory.memsw.limit_in_bytes",
                                "memory.soft_limit_in_bytes",
                                "memory.swappiness",
                                "memory.oom_control",
                                "cpu.shares",
                                "cpu.cfs_quota_us",
                                "cpuset.cpus",
                                "blkio.weight",
                                "blkio.throttle.read_bps_device"),
                false,
                capabilities,
                limits,
                0,
                "0-3",
                "0",
                true,
                false,
                6001,
                "amd64",
                List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_X86"));
    }

    static Runtimes runtimes() {
        OciRuntime runc = new OciRuntime("runc", Path.of("/usr/sbin/runc"), "runc version 1", Path.of("/r"), false);
        return new Runtimes(Map.of("runc", runc), Map.of("crun", "hybrid mode not supported"), "runc", "using runc");
    }

    public static EngineOptions options(Path folder) {
        return new EngineOptions(
                List.of(),
                new Layout(folder.resolve("data"), folder.resolve("exec")),
                "none",
                null,
                false,
                null,
                List.of(),
                List.of(),
                Map.of(),
                null,
                Map.of("native.cgroupdriver", "cgroupfs"),
                false,
                Boot.id(),
                "test");
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    /** A runtime that needs to be told nothing. */
    static OciRuntime runtime() {
        return new OciRuntime("runc", Path.of("/usr/sbin/runc"), "runc version 1.1.5", Path.of("/run/runc"), false);
    }
}
