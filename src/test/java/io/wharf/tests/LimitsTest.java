package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Limits, as the kernel has them: on cgroup v1, v2 and hybrid hosts. */
class LimitsTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void memory_isLimitedInTheKernel() {
        long pid = idle("--memory", "64m", "--memory-swap", "64m");
        assertThat(cgroup(pid, "memory", "memory.limit_in_bytes", "memory.max")).isEqualTo("" + (64 << 20));
    }

    @Test
    void memory_beyondTheLimit_isKilledAndTold() {
        Ran ran = rig.run(
                "run",
                "--name",
                "fat",
                "--memory",
                "16m",
                "--memory-swap",
                "16m",
                "busybox",
                "sh",
                "-c",
                // The one to go is said: under load the kernel now and then takes the shell as well.
                "(echo 1000 >/proc/self/oom_score_adj; exec tail /dev/zero); exit 0");
        assertThat(ran.code()).isZero();
        Ran killed = rig.run(
                "run", "--name", "fatter", "--memory", "16m", "--memory-swap", "16m", "busybox", "tail", "/dev/zero");
        assertThat(killed.code()).isEqualTo(137);
        assertThat(rig.ok("inspect", "-f", "{{.State.OOMKilled}} {{.State.ExitCode}}", "fatter"))
                // dockerd reads the event that tells of it now and then too late.
                .isIn("true 137", Here.DOCKERD ? "false 137" : "true 137");
    }

    @Test
    void memory_tooSmall_isRefused() {
        Ran ran = rig.run("run", "--rm", "--memory", "1m", "busybox", "true");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains("Minimum memory limit allowed is 6MB");
    }

    @Test
    void cpus_becomeQuotaAndPeriod() {
        long pid = idle("--cpus", "0.5");
        String v2 = cgroup(pid, "cpu", "cpu.cfs_quota_us", "cpu.max");
        assertThat(v2).isIn("50000", "50000 100000");
    }

    @Test
    void cpuShares_reachTheKernel() {
        long pid = idle("--cpu-shares", "512");
        assertThat(cgroup(pid, "cpu", "cpu.shares", "cpu.weight")).isIn("512", "20");
    }

    @Test
    void cpuset_reachesTheKernel() {
        long pid = idle("--cpuset-cpus", "0");
        assertThat(cgroup(pid, "cpuset", "cpuset.cpus", "cpuset.cpus")).isEqualTo("0");
    }

    @Test
    void pidsLimit_holds() {
        long pid = idle("--pids-limit", "7");
        assertThat(cgroup(pid, "pids", "pids.max", "pids.max")).isEqualTo("7");
        // Room enough for the threads of the runtime, which are in the cgroup before the program is.
        Ran ran = rig.sh("for i in $(seq 30); do sleep 5 & done; wait", "--pids-limit", "20");
        assertThat(ran.err()).contains("can't fork");
    }

    @Test
    void ulimits_reachTheProcess() {
        assertThat(rig.sh("ulimit -n; ulimit -Hn", "--ulimit", "nofile=100:200").lines())
                .containsExactly("100", "200");
    }

    @Test
    void shmSize_isTheMountsSize() {
        assertThat(rig.sh("df -k /dev/shm | tail -1 | awk '{print $2}'", "--shm-size", "32m")
                        .text())
                .isEqualTo("32768");
        assertThat(rig.sh("df -k /dev/shm | tail -1 | awk '{print $2}'").text()).isEqualTo("65536");
    }

    @Test
    void inspect_showsTheLimits() {
        rig.ok("create", "--name", "limited", "--memory", "64m", "--cpus", "1.5", "--pids-limit", "9", "busybox");
        assertThat(rig.ok(
                        "inspect",
                        "-f",
                        "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}",
                        "limited"))
                .isEqualTo("67108864 1500000000 9");
    }

    private static long idle(String... flags) {
        String[] command = new String[flags.length + 5];
        command[0] = "run";
        command[1] = "-d";
        System.arraycopy(flags, 0, command, 2, flags.length);
        command[flags.length + 2] = "busybox";
        command[flags.length + 3] = "sleep";
        command[flags.length + 4] = "1000";
        return Long.parseLong(rig.ok("inspect", "-f", "{{.State.Pid}}", rig.ok(command)));
    }

    /** A control file of a process: the one of its v1 controller where that is mounted, else v2's. */
    private static String cgroup(long pid, String controller, String v1, String v2) {
        String unified = "";
        for (String line :
                Here.read(Path.of("/proc/" + pid + "/cgroup")).lines().toList()) {
            String[] parts = line.split(":", 3);
            if (java.util.List.of(parts[1].split(",")).contains(controller)) {
                Path file = Path.of("/sys/fs/cgroup", controller, parts[2], v1);
                return Here.read(file).strip();
            }
            if (parts[1].isEmpty()) {
                unified = parts[2];
            }
        }
        Path root = Path.of("/sys/fs/cgroup");
        Path file = (Files.exists(root.resolve("cgroup.controllers")) ? root : root.resolve("unified"))
                .resolve("." + unified)
                .resolve(v2);
        return Here.read(file).strip();
    }
}
