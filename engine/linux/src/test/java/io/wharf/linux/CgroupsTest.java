package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class CgroupsTest {
    private static final String PARENT =
            "/wharf-linux-test-" + ProcessHandle.current().pid();
    private final Cgroups cgroups = Cgroups.real();

    @AfterEach
    void remove() {
        assertThat(cgroups.killAll(PARENT)).isTrue();
        await().ignoreExceptions().until(() -> {
            cgroups.remove(PARENT);
            return !cgroups.exists(PARENT);
        });
    }

    @Test
    void detect_agreesWithTheKernelsList() {
        var hierarchies = cgroups.hierarchies();
        var v1 = Directories.names("/sys/fs/cgroup").contains("memory");
        assertThat(hierarchies.version() == CgroupHierarchies.Version.V2).isEqualTo(!v1);
        assertThat(hierarchies.has("memory")).isTrue();
        assertThat(hierarchies.of("memory").orElseThrow().folder("/a/b"))
                .endsWith("/a/b")
                .startsWith("/sys/fs/cgroup");
    }

    @Test
    void detect_tellsVersionsApart() {
        var v2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
        var v1 = "31 23 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
                + "32 23 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/x,name=systemd\n";
        assertThat(parse(v2).version()).isEqualTo(CgroupHierarchies.Version.V2);
        assertThat(parse(v1).version()).isEqualTo(CgroupHierarchies.Version.V1);
        assertThat(parse(v2 + v1).version()).isEqualTo(CgroupHierarchies.Version.HYBRID);
        assertThat(parse("").version()).isEqualTo(CgroupHierarchies.Version.NONE);
        assertThat(parse(v1).of("cpuacct").orElseThrow().controllers()).isEqualTo(Set.of("cpu", "cpuacct"));
        assertThat(parse(v1).hierarchies().get(1).controllers()).containsExactly("name=systemd");
        var inner = "31 23 0:27 /outer /cg rw - cgroup cgroup rw,cpu\n";
        assertThat(parse(inner).of("cpu").orElseThrow().folder("/outer/x")).isEqualTo("/cg/x");
    }

    private static CgroupHierarchies parse(String table) {
        return CgroupHierarchies.of(MountTable.parse(table), point -> Set.of("memory"));
    }

    @Test
    void processes_areHeldMeasuredFrozenAndKilled() {
        var path = PARENT + "/one";
        cgroups.create(path);
        cgroups.create(path);
        var gate = Descriptors.pipe();
        var child = Processes.real()
                .spawn(Spawn.of(
                                "/bin/sh",
                                "-c",
                                "read go; head -c 3000000 /dev/zero | tail -c 1 >/dev/null; sleep 100 & sleep 100")
                        .descriptor(gate.read(), 0)
                        .build());
        cgroups.add(path, child.pid());
        // Only now may it fork, or its children would be outside.
        gate.write().writeAll(new byte[] {'\n'});
        gate.close();
        await().until(() -> cgroups.pids(PARENT).size() >= 3);
        assertThat(cgroups.pids(path)).contains(child.pid());
        cgroups.write(path, "pids", "pids.max", "50");
        assertThat(cgroups.read(path, "pids", "pids.max").orElseThrow().strip()).isEqualTo("50");
        assertThat(cgroups.outOfMemoryKills(path)).isZero();
        cgroups.freeze(path, true);
        cgroups.freeze(path, false);
        assertThatThrownBy(() -> cgroups.remove(PARENT)).hasMessageContaining("EBUSY");
        assertThat(cgroups.killAll(PARENT)).isTrue();
        assertThat(Processes.real().await(child.pidfd()).signal()).isEqualTo(9);
        child.pidfd().close();
        await().ignoreExceptions().until(() -> {
            cgroups.remove(PARENT);
            return true;
        });
        assertThat(cgroups.exists(PARENT)).isFalse();
        assertThat(cgroups.pids(path)).isEmpty();
    }

    @Test
    void openCpuset_fillsOneThatAnotherIsJustMaking() {
        var tree = cgroups.hierarchies().hierarchies().stream()
                .filter(each -> each.controllers().contains("cpuset") && !each.unified())
                .findFirst();
        assumeTrue(tree.isPresent(), "the host has no v1 cpuset");
        var folder = tree.get().folder(PARENT);
        Entries.makeDirectory(folder, 0755);
        assertThat(SmallFiles.read(folder + "/cpuset.cpus")).isBlank();
        cgroups.openCpuset(PARENT);
        assertThat(SmallFiles.read(folder + "/cpuset.cpus")).isNotBlank();
        assertThat(SmallFiles.read(folder + "/cpuset.mems")).isNotBlank();
        cgroups.openCpuset(PARENT);
    }

    @Test
    void pathsOutside_areRefused() {
        for (var path : new String[] {"/", "", "relative", "/a/../b", "/a/", "/./a", "/.."}) {
            assertThatThrownBy(() -> cgroups.remove(path)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
