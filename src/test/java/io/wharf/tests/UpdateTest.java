package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code docker update}: at once in the kernel, and for good. */
class UpdateTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void limits_changeAtOnceAndStay() {
        String id = rig.ok("run", "-d", "-m", "64m", "--memory-swap", "64m", "busybox", "sleep", "1000");
        rig.ok(
                "update",
                "-m",
                "96m",
                "--memory-swap",
                "96m",
                "--cpus",
                "0.5",
                "--pids-limit",
                "33",
                "--cpuset-cpus",
                "0",
                "--restart",
                "on-failure:3",
                id);
        for (int round = 0; round < 2; round++) {
            assertThat(file(id, "memory", "memory.limit_in_bytes", "memory.max"))
                    .isEqualTo("" + (96 << 20));
            assertThat(file(id, "cpu", "cpu.cfs_quota_us", "cpu.max")).startsWith("50000");
            assertThat(file(id, "pids", "pids.max", "pids.max")).isEqualTo("33");
            assertThat(file(id, "cpuset", "cpuset.cpus", "cpuset.cpus")).isEqualTo("0");
            rig.ok("restart", "-t", "0", id);
        }
        rig.ok("update", "--pids-limit", "-1", id);
        assertThat(file(id, "pids", "pids.max", "pids.max")).isEqualTo("max");
        assertThat(rig.ok(
                        "inspect",
                        "-f",
                        "{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}"
                                + " {{.HostConfig.RestartPolicy.MaximumRetryCount}}",
                        id))
                .isEqualTo((96 << 20) + " on-failure 3");
        // The client cuts the end off to whole seconds: what has just happened is not before it yet.
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(rig.ok("events", "--since", "0", "--until", "0s", "--filter", "event=update"))
                                .contains(id));
    }

    @Test
    void limits_ofOneThatDoesNotRun_holdFromItsStart() {
        String id = rig.ok("create", "busybox", "sleep", "1000");
        rig.ok("update", "--pids-limit", "44", id);
        rig.ok("start", id);
        assertThat(file(id, "pids", "pids.max", "pids.max")).isEqualTo("44");
    }

    @Test
    void refusals_areDockers() {
        String id = rig.ok("create", "--name", "one", "--cpus", "0.5", "-m", "64m", "--memory-swap", "64m", "busybox");
        assertThat(rig.run("update", "-m", "1m", id).err()).contains("Minimum memory limit allowed is");
        assertThat(rig.run("update", "--cpu-quota", "5000", id).err())
                .contains("Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set");
        assertThat(rig.run("update", "--memory", "32m", "nosuch").err()).contains("No such container: nosuch");
        String removed = rig.ok("create", "--rm", "busybox");
        assertThat(rig.run("update", "--restart", "always", removed).err())
                .contains("Restart policy cannot be updated because AutoRemove is enabled for the container");
        assertThat(rig.http()
                        .post("/containers/one/update", "{\"RestartPolicy\":{\"Name\":\"maybe\"}}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    @WharfOnly("20.10 applies it")
    void kernelMemory_isDiscardedWithAWarning() {
        rig.ok("create", "--name", "one", "busybox");
        assertThat(rig.http()
                        .post("/containers/one/update", "{\"KernelMemory\":99999999}")
                        .body())
                .contains("Specifying a kernel memory limit is deprecated");
    }

    /** A control file of a container's process: the one of its v1 controller where that is mounted, else v2's. */
    private static String file(String id, String controller, String v1, String v2) {
        String pid = rig.ok("inspect", "-f", "{{.State.Pid}}", id);
        for (String line :
                Here.read(Path.of("/proc/" + pid + "/cgroup")).lines().toList()) {
            String[] parts = line.split(":", 3);
            if (java.util.List.of(parts[1].split(",")).contains(controller)) {
                return Here.read(Path.of("/sys/fs/cgroup", controller, parts[2], v1))
                        .strip();
            }
            if (parts[1].isEmpty() && Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))) {
                return Here.read(Path.of("/sys/fs/cgroup" + parts[2], v2)).strip();
            }
        }
        throw new AssertionError("no cgroup of " + id);
    }
}
