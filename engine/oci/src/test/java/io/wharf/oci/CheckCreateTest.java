package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.ErrorKind;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDefaults;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkingConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckCreateTest {
    private static final String RUNS = "{'Cmd':['true']}";

    private static CheckCreate.Checked check(HostFacts facts, String config, String host) {
        return new CheckCreate(facts, new CgroupPaths(false), Specs.runtimes(), ContainerDefaults.USUAL)
                .check(Specs.ID, Specs.request(config, host), null, new HostConfig.LogConfig("local", Map.of()));
    }

    private static CheckCreate.Checked check(String config, String host) {
        return check(Specs.ableHost(), config, host);
    }

    @Test
    void check_plainRequest_fillsInDockersDefaults() {
        CheckCreate.Checked checked = check(RUNS, "{}");
        HostConfig host = checked.host();
        assertThat(checked.config().hostname()).isEqualTo("0123456789ab");
        assertThat(host.shmSize()).isEqualTo(67108864);
        assertThat(host.ipcMode()).isEqualTo("private");
        assertThat(host.cgroupnsMode()).isEqualTo("host");
        assertThat(host.networkMode()).isEqualTo("default");
        assertThat(host.logConfig().type()).isEqualTo("local");
        assertThat(host.runtime()).isEqualTo("runc");
        assertThat(host.consoleSize()).containsExactly(0, 0);
        assertThat(host.oomKillDisable()).isFalse();
        assertThat(host.maskedPaths()).contains("/proc/kcore", "/sys/firmware");
        assertThat(host.readonlyPaths()).contains("/proc/sys");
        assertThat(checked.warnings()).isEmpty();
    }

    @Test
    void check_unifiedHost_hasACgroupNamespace() {
        HostFacts facts = Specs.facts(HostFacts.Cgroup.V2, Specs.ALL_CAPABILITIES, Map.of());
        assertThat(check(facts, RUNS, "{}").host().cgroupnsMode()).isEqualTo("private");
        assertThat(check(facts, RUNS, "{}").host().oomKillDisable()).isNull();
    }

    @Test
    void check_privileged_hidesNothing() {
        HostConfig host = check(RUNS, "{'Privileged':true}").host();
        assertThat(host.maskedPaths()).isNull();
        assertThat(host.readonlyPaths()).isNull();
    }

    @Test
    void check_memory_doublesForSwap() {
        assertThat(check(RUNS, "{'Memory':67108864}").host().memorySwap()).isEqualTo(134217728);
    }

    @Test
    void check_hostWithoutSwapAccounting_warns() {
        HostFacts able = Specs.ableHost();
        HostFacts facts = new HostFacts(
                able.cgroup(),
                able.controllers(),
                Set.of("cpu.cfs_quota_us"),
                false,
                able.capabilities(),
                Map.of(),
                0,
                "0-3",
                "0",
                true,
                false,
                6001,
                "amd64",
                able.abis());
        CheckCreate.Checked checked =
                check(facts, RUNS, "{'Memory':67108864,'CpuShares':5,'MemorySwappiness':3,'BlkioWeight':10}");
        assertThat(checked.host().memorySwap()).isEqualTo(-1);
        assertThat(checked.host().cpuShares()).isZero();
        assertThat(checked.host().memorySwappiness()).isNull();
        assertThat(checked.host().blkioWeight()).isZero();
        assertThat(checked.warnings())
                .hasSize(4)
                .allSatisfy(warning -> assertThat(warning).startsWith("Your kernel does not support "))
                .anySatisfy(warning -> assertThat(warning).endsWith("Memory limited without swap."));
    }

    @Test
    void check_publishedPortsOnTheHostsNetwork_warns() {
        assertThat(check(RUNS, "{'NetworkMode':'host','PortBindings':{'80/tcp':[{'HostPort':'80'}]}}")
                        .warnings())
                .containsExactly("Published ports are discarded when using host network mode");
    }

    @Test
    void check_ulimitAboveTheEngines_isCutAndSaid() {
        HostFacts facts = Specs.facts(
                HostFacts.Cgroup.V1,
                Specs.ALL_CAPABILITIES & ~CapabilitySet.bit("SYS_RESOURCE"),
                Map.of("nofile", 20000L));
        CheckCreate.Checked checked =
                check(facts, RUNS, "{'Ulimits':[{'Name':'nofile','Hard':30000,'Soft':30000}],'OomScoreAdj':-5}");
        assertThat(checked.warnings())
                .hasSize(2)
                .anySatisfy(warning -> assertThat(warning).contains("nofile=30000:30000 cut to 20000:20000"));
        assertThat(Ulimits.of(List.of(), facts, new java.util.ArrayList<>()))
                .contains(new Ulimits.Rlimit("RLIMIT_NOFILE", 20000, 20000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'Memory':1000}|Minimum memory limit allowed is 6MB",
                "{'MemorySwap':10000000}|You should always set the Memory limit when using Memoryswap limit, see usage",
                "{'Memory':8000000,'MemorySwap':7000000}"
                        + "|Minimum memoryswap limit should be larger than memory limit, see usage",
                "{'NanoCpus':5000000000}|range of CPUs is from 0.01 to 4.00, as there are only 4 CPUs available",
                "{'NanoCpus':1000000000,'CpuQuota':5000}"
                        + "|Conflicting options: Nano CPUs and CPU Quota cannot both be set",
                "{'CpuPeriod':5}|CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
                "{'CpusetCpus':'3-9'}|Requested CPUs are not available - requested 3-9, available: 0-3",
                "{'CpusetCpus':'a'}|Invalid value a for cpuset cpus",
                "{'CpusetMems':'2'}|Requested memory nodes are not available - requested 2, available: 0",
                "{'MemorySwappiness':101}|Invalid value: 101, valid memory swappiness range is 0-100",
                "{'BlkioWeight':5}|Range of blkio weight is from 10 to 1000",
                "{'IOMaximumIOps':5}|invalid option: QoS maximum IOPs configuration is not supported on linux",
                "{'IOMaximumBandwidth':5}"
                        + "|invalid option: QoS maximum bandwidth configuration is not supported on linux",
                "{'Isolation':'hyperv'}|invalid isolation (hyperv): linux only supports 'default'",
                "{'UsernsMode':'private'}|invalid USER mode: private: user namespaces are not remapped by this engine",
                "{'Annotations':{'':'x'}}|invalid Annotations: the empty string is not permitted as an annotation key",
                "{'Links':['a:b:c']}|bad format for links: a:b:c",
                "{'Links':['']}|empty string specified for links",
                "{'SecurityOpt':['no-new-privileges=maybe']}"
                        + "|invalid --security-opt 2: \"no-new-privileges=maybe\"",
                "{'SecurityOpt':['seccomp']}|invalid --security-opt 1: \"seccomp\"",
                "{'SecurityOpt':['systempaths=unconfined']}|invalid --security-opt 2: \"systempaths=unconfined\"",
                "{'SecurityOpt':['credentialspec=file://x']}|invalid --security-opt 2: \"credentialspec=file://x\"",
                "{'Binds':['/a\\u0000:/b']}|invalid HostConfig.Binds: it must not contain a NUL byte",
                "{'ShmSize':-1}|SHM size can not be less than 0",
                "{'OomScoreAdj':1001}|Invalid value 1001, range for oom score adj is [-1000, 1000]",
                "{'AutoRemove':true,'RestartPolicy':{'Name':'always'}}"
                        + "|can't create 'AutoRemove' container with restart policy",
                "{'RestartPolicy':{'Name':'maybe'}}|invalid restart policy: unknown policy 'maybe'; use one of 'no', 'always',"
                        + " 'on-failure', or 'unless-stopped'",
                "{'RestartPolicy':{'Name':'always','MaximumRetryCount':3}}"
                        + "|invalid restart policy: maximum retry count can only be used with 'on-failure'",
                "{'Runtime':'kata'}|unknown or invalid runtime name: kata",
                "{'Runtime':'crun'}|unknown or invalid runtime name: crun (hybrid mode not supported)",
                "{'CapAdd':['FLY']}|invalid CapAdd: unknown capability: \"CAP_FLY\"",
                "{'ExtraHosts':['nope']}|bad format for add-host: \"nope\"",
                "{'ExtraHosts':['a:1.2.3']}|invalid IP address in add-host: \"1.2.3\"",
                "{'PortBindings':{'80/tcp':[{'HostPort':'x'}]}}|invalid port specification: \"x\"",
                "{'PortBindings':{'80/foo':[]}}|invalid proto: foo",
                "{'PidMode':'x'}|invalid PID mode: x",
                "{'IpcMode':'x'}|invalid IPC mode: x",
                "{'UTSMode':'x'}|invalid UTS mode: x",
                "{'CgroupnsMode':'x'}|invalid cgroup namespace mode: x",
                "{'SecurityOpt':['what=1']}|invalid --security-opt 2: \"what=1\"",
                "{'SecurityOpt':['seccomp={']}|Decoding seccomp profile failed: ",
                "{'Tmpfs':{'/x':'foo'}}|Invalid tmpfs option [\"foo\"]",
                "{'DeviceCgroupRules':['x']}|invalid device cgroup rule format: 'x'",
                "{'Ulimits':[{'Name':'fun','Soft':1,'Hard':1}]}|invalid ulimit type: fun",
                "{'Ulimits':[{'Name':'nofile','Soft':2,'Hard':1}]}"
                        + "|ulimit soft limit must be less than or equal to hard limit: 2 > 1",
                "{'NetworkMode':'container:a','Dns':['1.1.1.1']}|conflicting options: dns and the network mode",
                "{'NetworkMode':'container:a','PublishAllPorts':true}"
                        + "|conflicting options: port publishing and the container type network mode",
            })
    void check_badHostConfig_refusesInDockersWords(String host, String message) {
        assertThatThrownBy(() -> check(RUNS, host))
                .isInstanceOfSatisfying(
                        WharfException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_ARGUMENT))
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|{}|no command specified",
                "{'Cmd':['a'],'WorkingDir':'x'}|{}"
                        + "|the working directory 'x' is invalid, it needs to be an absolute path",
                "{'Cmd':['a'],'Env':['=b']}|{}|invalid environment variable: =b",
                "{'Cmd':['a'],'Healthcheck':{'Interval':999999}}|{}"
                        + "|Interval in Healthcheck cannot be less than 1ms",
                "{'Cmd':['a'],'Healthcheck':{'Timeout':-1}}|{}|Timeout in Healthcheck cannot be less than 1ms",
                "{'Cmd':['a'],'Healthcheck':{'StartPeriod':1}}|{}|StartPeriod in Healthcheck cannot be less than 1ms",
                "{'Cmd':['a'],'Healthcheck':{'StartInterval':1}}|{}|StartInterval in Healthcheck cannot be less than 1ms",
                "{'Cmd':['a'],'Healthcheck':{'Retries':-1}}|{}|Retries in Healthcheck cannot be negative",
                "{'Cmd':['a'],'StopSignal':'SIGFOO'}|{}|invalid signal: SIGFOO",
                "{'Cmd':['a'],'ExposedPorts':{'99999/tcp':{}}}|{}|invalid port specification: \"99999/tcp\"",
                "{'Cmd':['a'],'Hostname':'h'}|{'UTSMode':'host'}|conflicting options: hostname and the UTS mode",
                "{'Cmd':['a'],'Hostname':'h'}|{'NetworkMode':'container:x'}"
                        + "|conflicting options: hostname and the network mode",
            })
    void check_badConfig_refusesInDockersWords(String config, String host, String message) {
        assertThatThrownBy(() -> check(config, host)).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'CpuCount':2}|linux does not support a CPU count. Count discarded.",
                "{'CpuPercent':2}|linux does not support CPU percent. Percent discarded.",
                "{'KernelMemory':9999999}"
                        + "|Specifying a kernel memory limit is deprecated and not supported. Limitation discarded.",
                "{'Cgroup':'container:x'}"
                        + "|Cgroup is not supported: every container has a cgroup of its own. Cgroup discarded.",
                "{'SecurityOpt':['label=user:x']}|SELinux is not enabled on this host. Security labels discarded.",
                "{'SecurityOpt':['apparmor=mine']}|AppArmor is not enabled in your kernel. Profile mine discarded.",
                "{'OomKillDisable':true}|OOM killer is disabled for the container, but no memory limit is set, this can"
                        + " result in the system running out of resources.",
            })
    void check_whatThisHostHasNoUseFor_isDiscardedWithAWarning(String host, String warning) {
        assertThat(check(RUNS, host).warnings()).containsExactly(warning);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Hostname", "User", "WorkingDir"})
    void check_nulByte_isRefusedByName(String field) {
        assertThatThrownBy(() -> check("{'Cmd':['a'],'" + field + "':'/a\\u0000b'}", "{}"))
                .hasMessage("invalid Config." + field + ": it must not contain a NUL byte");
    }

    @Test
    void check_endpointsOfPredefinedNetworks_haveNoAddressesAndNames() {
        NetworkingConfig asked = Json.parse(
                "{\"EndpointsConfig\":{\"bridge\":{\"Aliases\":[\"x\"],\"IPAMConfig\":{\"IPv4Address\":\"10.0.0.1\"}}}}"
                        .getBytes(StandardCharsets.UTF_8),
                NetworkingConfig.class);
        assertThatThrownBy(() -> CheckEndpoints.check(asked))
                .hasMessage("invalid config for network bridge: invalid endpoint settings:\n"
                        + "user-specified IP address is supported on user-defined networks only\n"
                        + "network-scoped aliases are only supported for user-defined networks");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "net.ipv4.conf.eth0.log_martians=1",
                "net.core.somaxconn=1",
                "kernel.ipv4.conf.IFNAME.x=1",
                "net.ipv4.conf.IFNAME.log_martians",
                "net.ipv4.conf.IFNAME./../../kernel/core_pattern=x",
                "net.ipv4.conf.IFNAME....kernel.core_pattern=x",
            })
    void check_settingsThatAreNoneOfTheInterface_areRefused(String sysctl) {
        assertThatThrownBy(() -> CheckEndpoints.check(withSysctls(sysctl)))
                .hasMessageContaining("unrecognised network interface sysctl '" + sysctl + "'");
    }

    @Test
    void check_settingsOfTheInterface_pass() {
        CheckEndpoints.check(withSysctls("net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.conf.ifname.forwarding=1"));
    }

    private static NetworkingConfig withSysctls(String sysctls) {
        return Json.parse(
                ("{\"EndpointsConfig\":{\"other\":{\"DriverOpts\":{\"com.docker.network.endpoint.sysctls\":\"" + sysctls
                                + "\"}}}}")
                        .getBytes(StandardCharsets.UTF_8),
                NetworkingConfig.class);
    }

    @Test
    void check_harmlessValues_pass() {
        assertThat(check(
                                "{'Cmd':['a'],'Healthcheck':{'Test':['NONE']}}",
                                "{'UsernsMode':'host','Isolation':'default','SecurityOpt':['label=disable']}")
                        .warnings())
                .isEmpty();
    }

    @Test
    void check_cpusWithinTheHosts_pass() {
        assertThat(check(RUNS, "{'CpusetCpus':'0,2-3','CpusetMems':'0','NanoCpus':4000000000}")
                        .warnings())
                .isEmpty();
    }

    @Test
    void check_hostNetwork_takesTheHostsName() {
        assertThat(check(RUNS, "{'NetworkMode':'host'}").config().hostname()).isEqualTo(io.wharf.linux.Host.hostname());
    }

    @Test
    void check_networkDisabled_meansNone() {
        assertThat(check("{'Cmd':['a'],'NetworkDisabled':true}", "{}").host().networkMode())
                .isEqualTo("none");
    }
}
