package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.contracts.HostConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleTest {
    @TempDir
    Path root;

    private final List<String> warnings = new ArrayList<>();

    private JsonNode render(HostFacts facts, CgroupPaths cgroups, String config, String host, MountPlan mounts) {
        return render(facts, cgroups, config, host, mounts, Map.of());
    }

    private JsonNode render(
            HostFacts facts,
            CgroupPaths cgroups,
            String config,
            String host,
            MountPlan mounts,
            Map<String, String> own) {
        HostConfig filled = Specs.host(host);
        SpecInput input = new SpecInput(
                Specs.ID,
                Specs.config(config),
                filled,
                root,
                SpecInput.Namespaces.of(filled, new SpecInput.Namespace.At("/run/netns/x"), Map.of("other", 42)),
                mounts,
                EtcFiles.in(Path.of("/c")),
                null);
        byte[] json = new Bundle(facts, cgroups).render(input, own, warnings);
        return Json.parse(json, JsonNode.class);
    }

    private JsonNode render(String config, String host) {
        return render(Specs.ableHost(), new CgroupPaths(false), config, host, MountPlan.EMPTY);
    }

    private static JsonNode mount(JsonNode spec, String destination) {
        for (JsonNode mount : spec.path("mounts")) {
            if (mount.path("destination").asText().equals(destination)) {
                return mount;
            }
        }
        return Json.read("{}", JsonNode.class);
    }

    @Test
    void render_plain_hasProcessRootAndName() {
        JsonNode spec =
                render("{'Cmd':['sh','-c','x'],'Entrypoint':['/e'],'Hostname':'box','Env':['A=1','PATH=/x']}", "{}");
        assertThat(spec.path("process").path("args").toString()).isEqualTo("[\"/e\",\"sh\",\"-c\",\"x\"]");
        assertThat(spec.path("process").path("env").toString()).isEqualTo("[\"PATH=/x\",\"HOSTNAME=box\",\"A=1\"]");
        assertThat(spec.path("process").path("cwd").asText()).isEqualTo("/");
        assertThat(spec.path("process").path("capabilities").path("bounding")).hasSize(14);
        assertThat(spec.path("process").path("capabilities").has("inheritable")).isFalse();
        assertThat(spec.path("process").path("oomScoreAdj").asInt(-1)).isZero();
        assertThat(spec.path("hostname").asText()).isEqualTo("box");
        assertThat(spec.path("root").path("readonly").asBoolean()).isFalse();
        assertThat(warnings).isEmpty();
    }

    @Test
    void masked_processorThatTellsItsHeat_isMaskedToo() throws IOException {
        Files.createDirectories(root.resolve("cpu0/thermal_throttle"));
        Files.createDirectories(root.resolve("cpu1"));
        Files.createDirectories(root.resolve("cpufreq/thermal_throttle"));
        assertThat(LinuxSpec.masked(root))
                .contains("/proc/kcore", root.resolve("cpu0/thermal_throttle").toString())
                .noneMatch(path -> path.contains("cpu1") || path.contains("cpufreq"));
    }

    @Test
    void render_plain_namesNamespacesAndCgroup() {
        JsonNode linux = render("{'Cmd':['a']}", "{'CgroupnsMode':'host'}").path("linux");
        assertThat(linux.path("namespaces").toString())
                .isEqualTo("[{\"type\":\"mount\"},{\"type\":\"network\",\"path\":\"/run/netns/x\"},{\"type\":\"uts\"},"
                        + "{\"type\":\"pid\"},{\"type\":\"ipc\"}]");
        assertThat(linux.path("cgroupsPath").asText()).isEqualTo("/wharf/" + Specs.ID);
        assertThat(linux.path("sysctl")
                        .path("net.ipv4.ip_unprivileged_port_start")
                        .asText())
                .isEqualTo("0");
        assertThat(linux.path("resources").path("devices").get(0).toString())
                .isEqualTo("{\"allow\":false,\"access\":\"rwm\"}");
    }

    @Test
    void render_sharedNamespaces_joinsOrLeavesOut() {
        JsonNode spec = render(
                "{'Cmd':['a'],'Hostname':'h'}", "{'PidMode':'container:other','IpcMode':'host','UTSMode':'host'}");
        assertThat(spec.path("linux").path("namespaces").toString())
                .contains("{\"type\":\"pid\",\"path\":\"/proc/42/ns/pid\"}")
                .doesNotContain("ipc", "uts");
        assertThat(spec.has("hostname")).isFalse();
        assertThat(mount(spec, "/dev/shm").path("source").asText()).isEqualTo("/dev/shm");
    }

    @Test
    void render_systemd_writesSliceAndName() {
        JsonNode spec = render(
                Specs.ableHost(),
                new CgroupPaths(true),
                "{'Cmd':['a']}",
                "{'CgroupParent':'my.slice'}",
                MountPlan.EMPTY);
        assertThat(spec.path("linux").path("cgroupsPath").asText()).isEqualTo("my.slice:wharf:" + Specs.ID);
        assertThat(new CgroupPaths(false).of("x", "/parent")).isEqualTo("/parent/x");
    }

    @Test
    void render_limits_areInTheWordsOfV1() {
        JsonNode resources = render(
                        "{'Cmd':['a']}",
                        "{'Memory':64000000,'MemorySwap':128000000,'MemoryReservation':7,"
                                + "'NanoCpus':1500000000,'CpuShares':512,'CpusetCpus':'0-1','PidsLimit':99,'BlkioWeight':20,"
                                + "'MemorySwappiness':0,'OomKillDisable':true}")
                .path("linux")
                .path("resources");
        assertThat(resources.path("memory").toString())
                .isEqualTo("{\"limit\":64000000,\"reservation\":7,\"swap\":128000000,\"swappiness\":0,"
                        + "\"disableOOMKiller\":true}");
        assertThat(resources.path("cpu").toString())
                .isEqualTo("{\"shares\":512,\"period\":100000,\"quota\":150000,\"cpus\":\"0-1\"}");
        assertThat(resources.path("pids").toString()).isEqualTo("{\"limit\":99}");
        assertThat(resources.path("blockIO").toString()).isEqualTo("{\"weight\":20}");
    }

    @Test
    void render_unlimitedSwapWhereNoneIsCounted_saysNothing() {
        HostFacts v2 = Specs.facts(HostFacts.Cgroup.V2, Specs.ALL_CAPABILITIES, Map.of());
        HostFacts none = new HostFacts(
                v2.cgroup(),
                v2.controllers(),
                Set.of(),
                false,
                v2.capabilities(),
                Map.of(),
                0,
                "0",
                "0",
                true,
                false,
                6001,
                "amd64",
                v2.abis());
        String host = "{'Memory':64000000,'MemorySwap':-1}";
        assertThat(render(v2, new CgroupPaths(false), "{'Cmd':['a']}", host, MountPlan.EMPTY)
                        .toString())
                .contains("\"swap\":-1");
        assertThat(render(none, new CgroupPaths(false), "{'Cmd':['a']}", host, MountPlan.EMPTY)
                        .toString())
                .doesNotContain("\"swap\"");
    }

    @Test
    void render_privileged_opensEverything() {
        JsonNode spec = render("{'Cmd':['a']}", "{'Privileged':true}");
        JsonNode linux = spec.path("linux");
        assertThat(linux.has("seccomp") || linux.has("maskedPaths") || linux.has("readonlyPaths"))
                .isFalse();
        assertThat(mount(spec, "/sys").path("options").toString()).doesNotContain("ro");
        assertThat(linux.path("resources").path("devices").toString())
                .isEqualTo("[{\"allow\":true,\"access\":\"rwm\"}]");
        assertThat(linux.path("devices").toString()).contains("\"/dev/null\"").doesNotContain("/dev/pts");
        assertThat(spec.path("process").path("capabilities").path("effective")).hasSize(41);
    }

    @Test
    void render_readOnlyRoot_leavesDevicesWritable() {
        JsonNode spec = render("{'Cmd':['a']}", "{'ReadonlyRootfs':true}");
        assertThat(spec.path("root").path("readonly").asBoolean()).isTrue();
        assertThat(mount(spec, "/etc/hosts").path("options").toString()).contains("\"ro\"");
        assertThat(mount(spec, "/dev/shm").path("options").toString()).doesNotContain("\"ro\"");
    }

    @Test
    void render_mounts_replaceDefaultsOfTheSamePlace() {
        MountPlan plan = MountPlan.of(
                Specs.config("{}"),
                Specs.host("{'Binds':['/h:/etc/hosts:ro','/s:/dev/shm'],'Tmpfs':{'/run':'size=1m,exec'}}"),
                ref -> MountPlan.EMPTY);
        JsonNode spec = render(Specs.ableHost(), new CgroupPaths(false), "{'Cmd':['a']}", "{}", plan);
        assertThat(mount(spec, "/etc/hosts").toString())
                .isEqualTo("{\"destination\":\"/etc/hosts\",\"type\":\"bind\",\"source\":\"/h\","
                        + "\"options\":[\"rbind\",\"ro\",\"rprivate\"]}");
        assertThat(mount(spec, "/dev/shm").path("source").asText()).isEqualTo("/s");
        assertThat(mount(spec, "/run").path("options").toString())
                .isEqualTo("[\"nosuid\",\"nodev\",\"size=1m\",\"exec\",\"rprivate\"]");
        assertThat(spec.path("mounts").toString().split("\"/etc/hosts\"")).hasSize(2);
    }

    @Test
    void render_filesOfTheEngine_lieOverWhatIsMountedAroundThem() {
        MountPlan plan = MountPlan.of(
                Specs.config("{}"), Specs.host("{'Binds':['/x:/etc/x','/e:/etc']}"), ref -> MountPlan.EMPTY);
        JsonNode spec = render(Specs.ableHost(), new CgroupPaths(false), "{'Cmd':['a']}", "{}", plan);
        List<String> order = new ArrayList<>();
        spec.path("mounts").forEach(mount -> order.add(mount.path("destination").asText()));
        assertThat(order).endsWith("/etc", "/etc/x", "/etc/resolv.conf", "/etc/hostname", "/etc/hosts");
    }

    @Test
    void render_init_standsInFront() {
        JsonNode spec = render("{'Cmd':['a']}", "{'Init':true}");
        assertThat(spec.path("process").path("args").toString()).isEqualTo("[\"/sbin/docker-init\",\"--\",\"a\"]");
        assertThat(mount(spec, "/sbin/docker-init").path("source").asText()).contains("tini");
    }

    @Test
    void render_scoreBelowTheEngines_isRaised() {
        HostFacts weak =
                Specs.facts(HostFacts.Cgroup.V1, Specs.ALL_CAPABILITIES & ~CapabilitySet.bit("SYS_RESOURCE"), Map.of());
        JsonNode spec = render(weak, new CgroupPaths(false), "{'Cmd':['a']}", "{'OomScoreAdj':-100}", MountPlan.EMPTY);
        assertThat(spec.path("process").path("oomScoreAdj").asInt(-1)).isZero();
        assertThat(warnings).hasSize(1);
    }

    @Test
    void render_security_isHeard() {
        JsonNode spec = render(
                "{'Cmd':['a'],'Tty':true,'Domainname':'d.org'}",
                "{'SecurityOpt':['no-new-privileges','seccomp=unconfined'],'ConsoleSize':[24,80],"
                        + "'Annotations':{'k':'v'},'Sysctls':{'net.core.somaxconn':'5'}}");
        assertThat(spec.path("process").path("noNewPrivileges").asBoolean()).isTrue();
        assertThat(spec.path("process").path("consoleSize").toString()).isEqualTo("{\"height\":24,\"width\":80}");
        assertThat(spec.path("process").path("env").toString()).contains("TERM=xterm");
        assertThat(spec.path("linux").has("seccomp")).isFalse();
        assertThat(spec.path("linux").path("sysctl").toString()).contains("kernel.domainname", "somaxconn");
        assertThat(spec.path("annotations").path("k").asText()).isEqualTo("v");
    }

    @Test
    void render_ofCrunBySystemd_namesTheCgroupBelowTheScope() {
        String name = "run.oci.systemd.subgroup";
        String asked = "{'Annotations':{'k':'v','" + name + "':'mine'}}";
        for (boolean systemd : List.of(true, false)) {
            for (String version : List.of("crun version 1.8.1", "runc version 1.1.5+ds1")) {
                OciRuntime runtime = new OciRuntime("any", Path.of("/r"), version, Path.of("/s"), systemd);
                JsonNode spec = render(
                        Specs.ableHost(),
                        new CgroupPaths(systemd),
                        "{'Cmd':['a']}",
                        asked,
                        MountPlan.EMPTY,
                        runtime.annotations(true));
                assertThat(spec.path("annotations").path("k").asText()).isEqualTo("v");
                assertThat(spec.path("annotations").path(name).asText())
                        .isEqualTo(systemd && version.startsWith("crun") ? "container" : "mine");
                String scope = CgroupPaths.resolved("a.slice:wharf:1");
                assertThat(runtime.cgroup("a.slice:wharf:1", true))
                        .isEqualTo(systemd && version.startsWith("crun") ? scope + "/container" : scope);
                assertThat(runtime.cgroup("a.slice:wharf:1", false)).isEqualTo(scope);
                assertThat(runtime.cgroup("/wharf/1", true)).isEqualTo("/wharf/1");
            }
        }
    }

    @Test
    void render_noLimit_isTheLargestUnsignedNumber() {
        HostConfig host = Specs.host("{}");
        SpecInput input = new SpecInput(
                Specs.ID,
                Specs.config("{'Cmd':['a']}"),
                host,
                root,
                SpecInput.Namespaces.of(host, SpecInput.Namespace.FRESH, Map.of()),
                MountPlan.EMPTY,
                null,
                null);
        String text = new String(
                new Bundle(Specs.ableHost(), new CgroupPaths(false)).render(input, Map.of(), warnings),
                StandardCharsets.UTF_8);
        assertThat(text)
                .contains("{\"type\":\"RLIMIT_CORE\",\"hard\":18446744073709551615,\"soft\":1844674407370955161");
    }
}
