package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container cannot see or do unless told otherwise. */
class IsolationTest {
    /** Docker's documented default: fourteen capabilities. */
    private static final String DEFAULT_CAPABILITIES = "00000000a80425fb";

    @RegisterExtension
    static final Rig rig = new Rig();

    @ParameterizedTest
    @ValueSource(strings = {"pid", "net", "ipc", "mnt", "uts"})
    void namespaces_areItsOwn(String kind) throws IOException {
        String inside = rig.sh("readlink /proc/1/ns/" + kind).ok().text();
        assertThat(inside).startsWith(kind + ":");
        assertThat(inside)
                .isNotEqualTo(
                        Files.readSymbolicLink(Path.of("/proc/" + rig.engine().pid() + "/ns/" + kind))
                                .toString());
    }

    @Test
    void processes_seeOnlyTheirOwn() {
        assertThat(rig.sh("echo $$; ls /proc | grep -c '^[0-9]'").lines().getFirst())
                .isEqualTo("1");
        assertThat(Integer.parseInt(rig.sh("ls /proc | grep -c '^[0-9]'").text()))
                .isLessThan(6);
    }

    @Test
    void capabilities_areTheDefaultOnes() {
        assertThat(capabilities("CapEff")).isEqualTo(DEFAULT_CAPABILITIES);
        assertThat(capabilities("CapBnd")).isEqualTo(DEFAULT_CAPABILITIES);
        assertThat(capabilities("CapInh")).isEqualTo("0000000000000000");
    }

    @Test
    void capabilities_ofAnotherUser_areNotEffective() {
        assertThat(capabilities("CapEff", "-u", "nobody")).isEqualTo("0000000000000000");
    }

    @Test
    void capabilities_canBeAddedAndDropped() {
        assertThat(capabilities("CapEff", "--cap-add", "SYS_ADMIN")).isEqualTo("00000000a82425fb");
        assertThat(capabilities("CapEff", "--cap-drop", "ALL")).isEqualTo("0000000000000000");
        assertThat(capabilities("CapEff", "--cap-drop", "ALL", "--cap-add", "CHOWN"))
                .isEqualTo("0000000000000001");
        assertThat(capabilities("CapEff", "--cap-drop", "CAP_NET_RAW")).isEqualTo("00000000a80405fb");
    }

    @Test
    void capabilities_unknown_areRefused() {
        Ran ran = rig.run("run", "--rm", "--cap-add", "NONSENSE", "busybox", "true");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).containsIgnoringCase("capability").contains("NONSENSE");
    }

    @Test
    void seccomp_isOnAndRefusesWhatIsNotAllowed() {
        assertThat(rig.sh("grep ^Seccomp: /proc/self/status").text()).endsWith("2");
        // The capability alone is not enough: unshare and mount are let through with CAP_SYS_ADMIN only.
        assertThat(rig.sh("unshare -n true").code()).isNotZero();
        assertThat(rig.sh("unshare -n true", "--cap-add", "SYS_ADMIN").code()).isZero();
        assertThat(rig.sh("grep ^Seccomp: /proc/self/status", "--security-opt", "seccomp=unconfined")
                        .text())
                .endsWith("0");
    }

    @Test
    void seccomp_ofOnesOwn_isTaken() throws IOException {
        Path profile = Files.writeString(
                rig.engine().home().resolve("client/profile.json"),
                "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":"
                        + "[{\"names\":[\"mkdir\",\"mkdirat\"],\"action\":\"SCMP_ACT_ERRNO\"}]}");
        Ran ran = rig.sh("mkdir /x", "--security-opt", "seccomp=" + profile);
        assertThat(ran.code()).isNotZero();
        assertThat(ran.err()).contains("Operation not permitted");
    }

    @Test
    void maskedPaths_areEmpty() {
        assertThat(rig.sh("cat /proc/kcore | wc -c; cat /proc/keys | wc -c; cat /proc/timer_list 2>/dev/null | wc -c")
                        .lines())
                .containsOnly("0");
        assertThat(rig.sh("ls /proc/acpi /proc/scsi /sys/firmware 2>/dev/null | grep -v :")
                        .text())
                .isEmpty();
    }

    @Test
    void readOnlyPaths_cannotBeWritten() {
        for (String path : List.of("/proc/sys/kernel/hostname", "/proc/irq/default_smp_affinity")) {
            Ran ran = rig.sh("echo x >" + path);
            assertThat(ran.code()).as(path).isNotZero();
            assertThat(ran.err()).as(path).contains("Read-only file system");
        }
        assertThat(rig.sh("mkdir /sys/fs/cgroup/x 2>&1; touch /sys/x").err()).contains("Read-only file system");
    }

    @Test
    void devices_areTheFewStandardOnes() {
        assertThat(rig.sh("ls /dev").lines())
                .contains("fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout")
                .contains("tty", "urandom", "zero", "mqueue")
                .doesNotContain("kmsg", "mem", "vda", "sda");
        // mknod is among the default capabilities; the device cgroup is what keeps disks out.
        assertThat(rig.sh("mknod /disk b 254 0 && head -c 1 /disk").code()).isNotZero();
    }

    @Test
    void devices_canBePassed() {
        assertThat(rig.sh("ls -l /dev/chosen; echo x >/dev/chosen", "--device", "/dev/null:/dev/chosen:rw")
                        .ok()
                        .text())
                .startsWith("crw");
    }

    @Test
    @WharfOnly("it asks for every capability it knows, and fails where the host has been denied one")
    void privileged_hasAllThatTheEngineHas() {
        assertThat(capabilities("CapEff", "--privileged")).isEqualTo(capabilityOfEngine());
        assertThat(rig.sh("grep ^Seccomp: /proc/self/status", "--privileged").text())
                .endsWith("0");
        assertThat(rig.sh(
                                "mount -t tmpfs none /mnt 2>/dev/null || { mkdir -p /m && mount -t tmpfs none /m; };"
                                        + " mount -o remount,rw /proc/sys 2>/dev/null; echo done",
                                "--privileged")
                        .ok()
                        .text())
                .isEqualTo("done");
        assertThat(rig.sh("ls /dev", "--privileged").lines()).contains("kmsg");
    }

    @Test
    void noNewPrivileges_isSet() {
        assertThat(rig.sh("grep ^NoNewPrivs /proc/self/status", "--security-opt", "no-new-privileges")
                        .text())
                .endsWith("1");
        assertThat(rig.sh("grep ^NoNewPrivs /proc/self/status").text()).endsWith("0");
    }

    @Test
    void namespaces_canBeShared() {
        rig.ok("run", "-d", "--name", "first", "busybox", "sleep", "1000");
        String net = rig.ok("exec", "first", "readlink", "/proc/1/ns/net");
        assertThat(rig.sh("readlink /proc/self/ns/net", "--network", "container:first")
                        .text())
                .isEqualTo(net);
        assertThat(rig.sh("readlink /proc/self/ns/pid", "--pid", "container:first")
                        .text())
                .isEqualTo(rig.ok("exec", "first", "readlink", "/proc/1/ns/pid"));
        assertThat(rig.sh("readlink /proc/self/ns/pid", "--pid", "host").text()).isEqualTo(link("pid"));
        assertThat(rig.sh("readlink /proc/self/ns/uts", "--uts", "host").text()).isEqualTo(link("uts"));
    }

    @Test
    void sysctls_areSetInside() {
        assertThat(rig.sh(
                                "cat /proc/sys/net/ipv4/ip_unprivileged_port_start",
                                "--sysctl",
                                "net.ipv4.ip_unprivileged_port_start=99")
                        .text())
                .isEqualTo("99");
    }

    @Test
    void environmentAndDescriptorsOfTheEngine_stayOutside() {
        assertThat(rig.sh("ls /proc/1/fd; :").lines()).containsExactly("0", "1", "2");
        assertThat(rig.sh("umask").text()).isEqualTo("0022");
        assertThat(rig.sh("grep SigBlk /proc/self/status").text()).endsWith("0000000000000000");
        assertThat(rig.sh("env").lines()).noneMatch(line -> line.startsWith("JAVA") || line.startsWith("MALLOC"));
    }

    @Test
    void rootfs_isNotSeenFromTheHost() {
        String id = rig.ok("run", "-d", "busybox", "sleep", "1000");
        // The host's own mount table, outside of the engine's, has nothing of it.
        assertThat(Here.read(Path.of("/proc/self/mountinfo"))).doesNotContain(id);
        assertThat(rig.ok("exec", id, "sh", "-c", "grep -c " + rig.engine().home() + " /proc/mounts || true"))
                .isIn("0", "1");
    }

    private static String capabilities(String set, String... flags) {
        return rig.sh("grep ^" + set + " /proc/self/status | tr -d '\\t'", flags)
                .ok()
                .text()
                .replace(set + ":", "");
    }

    private static String capabilityOfEngine() {
        return Here.read(Path.of("/proc/" + rig.engine().pid() + "/status"))
                .lines()
                .filter(line -> line.startsWith("CapBnd"))
                .findFirst()
                .orElseThrow()
                .replaceAll(".*\\t", "");
    }

    private static String link(String kind) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + rig.engine().pid() + "/ns/" + kind))
                    .toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
