package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class KillTreeTest {
    private static final Processes PROCESSES = Processes.real();

    @Test
    void run_takesTheDescendantsAlong() {
        Child child = PROCESSES.spawn(Spawn.of("/bin/sh")
                .arguments(List.of("-c", "sh -c 'sleep 1000; true' & sleep 1000; true"))
                .build());
        List<ProcessHandle> all = new java.util.ArrayList<>();
        await().untilAsserted(() -> {
            all.clear();
            ProcessHandle.of(child.pid()).orElseThrow().descendants().forEach(all::add);
            assertThat(all).hasSize(3);
        });
        KillTree.run(PROCESSES, child.pid());
        assertThat(PROCESSES.await(child.pidfd()).success()).isFalse();
        child.pidfd().close();
        await().until(() -> all.stream().noneMatch(KillTreeTest::runs));
    }

    /** Orphans may stay as zombies until somebody reaps them. */
    private static boolean runs(ProcessHandle process) {
        return SmallFiles.readIfPresent(
                        Path.of("/proc/" + process.pid() + "/stat").toString())
                .filter(stat -> !stat.contains(") Z "))
                .isPresent();
    }

    @Test
    void run_ofWhatHasEnded_isNothing() {
        Child child = PROCESSES.spawn(Spawn.of("/bin/true").build());
        await().until(() -> !runs(ProcessHandle.of(child.pid()).orElseThrow()));
        KillTree.run(PROCESSES, child.pid());
        assertThat(PROCESSES.await(child.pidfd()).success()).isTrue();
        child.pidfd().close();
        KillTree.run(PROCESSES, child.pid());
    }
}
