package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ExecService;
import io.wharf.contracts.HostConfig;
import io.wharf.linux.Commands;
import io.wharf.linux.Executables;
import io.wharf.linux.MountFlags;
import io.wharf.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs real containers from the specs that the engine writes, with the runtime that this host gets. */
class RuntimeKernelTest {
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final Duration TIME = Duration.ofSeconds(30);
    private static @Nullable Path made;
    private static Path shared;
    private static HostFacts facts;
    private static CgroupPaths cgroups;
    private static Runtimes runtimes;
    private Path folder;
    private Path root;
    private final List<String> warnings = new ArrayList<>();
    private int count;

    @BeforeAll
    static void probe() throws IOException {
        assumeThat(Files.exists(BUSYBOX)).isTrue();
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        assumeThat(Executables.find("runc").or(() -> Executables.find("crun"))).isPresent();
        shared = Files.createTempDirectory("wharf-containers.");
        made = shared;
        facts = HostFacts.read();
        cgroups = new CgroupPaths(false);
        runtimes = new RuntimeProbe(Specs.options(shared), facts, cgroups).probe();
        assertThat(runtimes.defaultName()).as(runtimes.reason()).isNotEmpty();
    }

    @AfterAll
    static void removeShared() throws IOException {
        if (made != null) {
            Trees.delete(made);
        }
    }

    @BeforeEach
    void makeRoot() throws IOException {
        folder = Files.createTempDirectory(shared, "t");
        root = Files.createDirectories(folder.resolve("root"));
        Path bin = Files.createDirectories(root.resolve("bin"));
        Files.copy(BUSYBOX, bin.resolve("busybox"));
        Files.createSymbolicLink(bin.resolve("sh"), Path.of("busybox"));
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0::/root:/bin/sh\nweb:x:70:71::/srv:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nweb:x:71:\ndisk:x:6:web\n");
    }

    @AfterEach
    void removeRoot() throws IOException {
        Trees.delete(folder);
    }

    /** Runs a shell script in a container; configs are further fields, each with a comma in front. */
    private String run(String config, String host, String script) {
        return run(config, host, MountPlan.EMPTY, script);
    }

    private String run(String config, String host, MountPlan mounts, String script) {
        String id = id();
        Path bundle = write(id, config, host, mounts, script);
        OciRuntime runtime = runtimes.named("");
        Commands.Result result = Commands.run(
                runtime.spawn(runtime.argv(List.of("run", "--bundle", bundle.toString(), id))),
                new byte[0],
                TIME,
                1 << 16);
        return result.output() + result.errors();
    }

    private String id() {
        count++;
        return "wharf-test-" + ProcessHandle.current().pid() + "-" + count;
    }

    private Path write(String id, String config, String host, MountPlan mounts, String script) {
        ContainerConfig named = config(config, script);
        HostConfig filled = host(host);
        SpecInput input = new SpecInput(
                id,
                named,
                filled,
                root,
                SpecInput.Namespaces.of(filled, SpecInput.Namespace.FRESH, Map.of()),
                mounts,
                null,
                null);
        Path bundle = folder.resolve("bundle");
        warnings.addAll(new Bundle(facts, cgroups).write(input, bundle, Specs.runtime()));
        return bundle;
    }

    private static ContainerConfig config(String more, String script) {
        return Specs.config("{'Hostname':'box','Cmd':['/bin/sh','-c','" + script + "']" + more + "}");
    }

    private static HostConfig host(String more) {
        return Specs.host("{'ShmSize':1048576,'CgroupnsMode':'host'" + more + "}");
    }

    @Test
    void probe_hybridHost_saysWhyNotTheOther() {
        assertThat(runtimes.reason()).contains("using " + runtimes.defaultName());
        assertThat(runtimes.usable()).containsKey(runtimes.defaultName());
        runtimes.refused().forEach((name, why) -> assertThat(why).as(name).isNotBlank());
    }

    @Test
    void probe_again_readsTheKeptAnswers() throws IOException {
        Path kept = shared.resolve("exec/runtimes.json");
        Files.writeString(kept, Files.readString(kept).replace("\"Error\":\"\"", "\"Error\":\"kept\""));
        assertThat(new RuntimeProbe(Specs.options(shared), facts, cgroups)
                        .probe()
                        .refused())
                .containsEntry(runtimes.defaultName(), "kept");
        Files.delete(kept);
        assertThat(new RuntimeProbe(Specs.options(shared), facts, cgroups).probe())
                .isEqualTo(runtimes);
    }

    @Test
    void probe_whereTheExecRootLetsNothingBeExecuted_findsTheSame() throws IOException {
        Path execRoot = Files.createDirectories(folder.resolve("exec"));
        Mounts.real().mount("none", execRoot.toString(), "tmpfs", MountFlags.MS_NOEXEC, "");
        try {
            assertThat(new RuntimeProbe(Specs.options(folder), facts, cgroups)
                            .probe()
                            .reason())
                    .isEqualTo(runtimes.reason());
        } finally {
            Mounts.real().unmount(execRoot.toString(), 0);
        }
    }

    @Test
    void run_default_isConfined() {
        String seen = run(
                "",
                "",
                "busybox grep -E \\\"^(CapEff|CapBnd|Seccomp|NoNewPrivs):\\\" /proc/self/status;"
                        + " busybox hostname; busybox cat /proc/self/oom_score_adj");
        long expected = CapabilitySet.DEFAULT & facts.capabilities();
        assertThat(seen)
                .contains("CapEff:\t" + String.format("%016x", expected))
                .contains("CapBnd:\t" + String.format("%016x", expected))
                .contains("Seccomp:\t2")
                .contains("NoNewPrivs:\t0")
                .contains("\nbox\n");
    }

    @Test
    void run_default_refusesWhatTheProfileDoes() {
        assertThat(run("", "", "busybox unshare -m busybox true; busybox mount -t tmpfs x /bin"))
                .contains("unshare(0x20000): Operation not permitted")
                .contains("mount: permission denied");
    }

    @Test
    void run_default_hidesPathsAndMountsDockersSet() {
        String seen = run(
                "",
                "",
                "busybox cat /proc/keys | busybox wc -c; echo x > /proc/sys/kernel/hostname;"
                        + " busybox cut -d\\\" \\\" -f2-4 /proc/mounts; busybox ls /dev");
        assertThat(seen)
                .startsWith("0\n")
                .contains("/proc/sys/kernel/hostname: Read-only file system")
                .contains("/sys sysfs ro,")
                .contains("/dev/mqueue mqueue rw,")
                .contains("/dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k")
                .contains("/proc/bus proc ro,")
                .contains("\nnull\n")
                .contains("\nurandom\n")
                .doesNotContain("\nfuse\n");
    }

    @Test
    void run_user_isFoundInTheContainersFiles() {
        assertThat(run(",'User':'web','WorkingDir':'/made/here'", ",'GroupAdd':['9']", "busybox id; busybox pwd"))
                .contains("uid=70(web) gid=71(web) groups=6(disk),9,71(web)")
                .contains("/made/here");
    }

    @Test
    void run_limits_areSeenInside() {
        String seen = run(
                "",
                ",'Memory':67108864,'MemorySwap':-1,'PidsLimit':77,'Ulimits':[{'Name':'nofile','Soft':64,'Hard':128}]",
                "ulimit -n; ulimit -Hn; busybox cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max"
                        + " /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max");
        assertThat(seen).startsWith("64\n128\n77\n").contains("67108864");
    }

    @Test
    void run_impossibleUlimit_isCutAndStarts() {
        assumeThat(facts.sysResource()).isFalse();
        assertThat(run(
                        "",
                        ",'Ulimits':[{'Name':'nofile','Soft':99999999,'Hard':99999999}],'OomScoreAdj':-500",
                        "ulimit -n"))
                .isEqualTo(facts.rlimits().get("nofile") + "\n");
        assertThat(warnings).hasSize(2);
    }

    @Test
    void run_mounts_areThere() throws IOException {
        Path source = Files.createDirectory(folder.resolve("source"));
        Files.writeString(source.resolve("file"), "content\n");
        // A link in the image that points outside must not be followed there.
        Files.createSymbolicLink(root.resolve("link"), Path.of("/../../../../outside"));
        MountPlan plan = MountPlan.of(
                Specs.config("{}"),
                host(",'Binds':['" + source + ":/link/in:ro'],'Tmpfs':{'/t':'size=64k,mode=700'}"),
                ref -> MountPlan.EMPTY);
        assertThat(run(
                        "",
                        "",
                        plan,
                        "busybox cat /outside/in/file; echo y > /link/in/file; busybox df -k /t | busybox tail -1;"
                                + "busybox stat -c %a /t"))
                .contains("content\n")
                .contains("Read-only file system")
                .contains("64")
                .contains("\n700\n");
        assertThat(Files.readString(source.resolve("file"))).isEqualTo("content\n");
        assertThat(Path.of("/outside")).doesNotExist();
    }

    @Test
    void run_readOnlyRoot_cannotBeWritten() {
        assertThat(run("", ",'ReadonlyRootfs':true", "echo x > /x; echo y > /dev/shm/y && echo fine"))
                .contains("/x: Read-only file system")
                .contains("fine");
    }

    @Test
    void run_capabilities_followAddAndDrop() {
        long expected = (CapabilitySet.bit("NET_ADMIN") | CapabilitySet.bit("CHOWN")) & facts.capabilities();
        assertThat(run(
                        "",
                        ",'CapDrop':['ALL'],'CapAdd':['NET_ADMIN','chown']",
                        "busybox grep CapEff /proc/self/status"))
                .contains(String.format("%016x", expected));
    }

    @Test
    void run_privileged_hasEverythingThatTheEngineHas() {
        assertThat(run(
                        "",
                        ",'Privileged':true",
                        "busybox grep -E \\\"CapEff|Seccomp:\\\" /proc/self/status;"
                                + " busybox mount -t tmpfs x /etc && echo mounted"))
                .contains(String.format("CapEff:\t%016x", facts.capabilities()))
                .contains("Seccomp:\t0")
                .contains("mounted");
    }

    @Test
    void run_init_isTheFirstProcess() {
        assumeThat(Files.exists(Path.of("/usr/bin/tini-static"))).isTrue();
        assertThat(run("", ",'Init':true", "busybox cat /proc/1/comm; echo $$"))
                .startsWith("docker-init\n")
                .doesNotContain("\n1\n");
    }

    @Test
    void run_device_isUsableOnlyWhenGiven() {
        assumeThat(Files.exists(Path.of("/dev/fuse"))).isTrue();
        assertThat(run("", "", "busybox mknod /k c 1 11 && busybox head -c 0 /k"))
                .contains("Operation not permitted");
        assertThat(run(
                        "",
                        ",'Devices':[{'PathOnHost':'/dev/fuse','PathInContainer':'/dev/mine','CgroupPermissions':'r'}]",
                        "busybox ls -l /dev/mine; busybox head -c 0 /dev/mine && echo read; echo x > /dev/mine"))
                .contains("10, 229")
                .contains("read\n")
                .contains("Operation not permitted");
    }

    @Test
    void run_ownSeccompProfile_applies() {
        assertThat(run(
                        "",
                        ",'SecurityOpt':['seccomp={\\\"defaultAction\\\":\\\"SCMP_ACT_ALLOW\\\",\\\"syscalls\\\":[{\\\"names\\\":"
                                + "[\\\"mkdir\\\",\\\"mkdirat\\\"],\\\"action\\\":\\\"SCMP_ACT_ERRNO\\\"}]}']",
                        "busybox mkdir /x; busybox unshare -u busybox true && echo unshared"))
                .contains("Operation not permitted")
                .doesNotContain("unshared");
    }

    @Test
    void exec_process_runsInTheContainer() throws IOException {
        String id = id();
        OciRuntime runtime = runtimes.named("");
        Path bundle = write(id, ",'Env':['A=1']", "", MountPlan.EMPTY, "busybox sleep 60");
        Path log = folder.resolve("log");
        try {
            assertThat(command(runtime, List.of("create", "--bundle", bundle.toString(), id))
                            .success())
                    .isTrue();
            assertThat(Commands.run(runtime.start(id, log), new byte[0], TIME, 4096)
                            .success())
                    .isTrue();
            Path process = folder.resolve("process.json");
            ExecService.ExecConfig exec = new ExecService.ExecConfig(
                    "web",
                    false,
                    false,
                    List.of(),
                    false,
                    true,
                    true,
                    null,
                    List.of("B=2"),
                    "/srv",
                    List.of("/bin/sh", "-c", "busybox id -u; echo $A$B; busybox pwd; busybox hostname"));
            Files.createDirectories(root.resolve("srv"));
            Files.write(
                    process,
                    new Bundle(facts, cgroups)
                            .processes()
                            .forExec(config(",'Env':['A=1']", ""), host(""), exec, List.of(), root));
            Commands.Result result = whole(runtime, runtime.exec(id, process, log, List.of()));
            assertThat(result.output()).isEqualTo("70\n12\n/srv\nbox\n");
            assertThat(whole(runtime, runtime.state(id)).output()).contains("\"running\"");
        } finally {
            Commands.run(runtime.delete(id, true, log), new byte[0], TIME, 4096);
        }
    }

    @Test
    void firstError_failedCreate_isTheRuntimesOwn() {
        String id = id();
        OciRuntime runtime = runtimes.named("");
        Path bundle = write(id, ",'Entrypoint':['/nope']", "", MountPlan.EMPTY, "x");
        Path log = folder.resolve("log");
        command(
                runtime,
                List.of("--log", log.toString(), "--log-format", "json", "create", "--bundle", bundle.toString(), id));
        command(runtime, List.of("delete", "--force", id));
        assertThat(OciRuntime.firstError(log))
                .hasValueSatisfying(text -> assertThat(text).contains("/nope"));
    }

    private static Commands.Result command(OciRuntime runtime, List<String> command) {
        return whole(runtime, runtime.argv(command));
    }

    private static Commands.Result whole(OciRuntime runtime, List<String> arguments) {
        return Commands.run(runtime.spawn(arguments), new byte[0], TIME, 1 << 16);
    }
}
