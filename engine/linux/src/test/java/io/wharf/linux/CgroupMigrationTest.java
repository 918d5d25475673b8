package io.wharf.linux;

import static io.wharf.linux.CgroupHierarchies.Version.HYBRID;
import static io.wharf.linux.CgroupHierarchies.Version.V2;
import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.linux.CgroupHierarchies.Hierarchy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CgroupMigrationTest {
    private static final Hierarchy UNIFIED = new Hierarchy(true, Set.of("memory"), "/sys/fs/cgroup", "/");

    @Test
    void of_unifiedHost_isTheOwnGroup() {
        var migration =
                CgroupMigration.of(new CgroupHierarchies(V2, List.of(UNIFIED)), "0::/system.slice/wharf.service\n");
        assertThat(migration.file()).hasValue("/sys/fs/cgroup/system.slice/wharf.service/cgroup.procs");
    }

    @Test
    void of_hybridHost_prefersTheNamedTree() {
        var named = new Hierarchy(false, Set.of("name=systemd"), "/sys/fs/cgroup/systemd", "/");
        var memory = new Hierarchy(false, Set.of("memory"), "/sys/fs/cgroup/memory", "/");
        var migration = CgroupMigration.of(
                new CgroupHierarchies(HYBRID, List.of(memory, UNIFIED, named)),
                "4:memory:/a\n2:name=systemd:/b\n0::/c\n");
        assertThat(migration.file()).hasValue("/sys/fs/cgroup/systemd/b/cgroup.procs");
    }

    @Test
    void of_nothingMounted_isEmpty() {
        assertThat(CgroupMigration.of(new CgroupHierarchies(CgroupHierarchies.Version.NONE, List.of()), "0::/\n")
                        .file())
                .isEmpty();
    }

    @Test
    void begin_changesNothing() {
        var before = SmallFiles.read("/proc/self/cgroup");
        var migration = CgroupMigration.ofThisProcess();
        migration.begin();
        assertThat(migration.refused()).isFalse();
        assertThat(SmallFiles.read("/proc/self/cgroup")).isEqualTo(before);
    }
}
