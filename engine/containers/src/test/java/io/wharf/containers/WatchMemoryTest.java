package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchMemoryTest {
    @TempDir
    Path folder;

    @Test
    void atEnd_withoutCgroup_takesTheMonitorsWord() throws IOException {
        Path told = folder.resolve("oom");
        assertThat(WatchMemory.atEnd(0, true, 0, told)).isZero();
        Files.createFile(told);
        assertThat(WatchMemory.atEnd(0, true, 0, told)).isEqualTo(1);
    }

    @Test
    void atEnd_withoutCgroup_takesTheKernelsWordFirst() throws IOException {
        Path told = folder.resolve("oom");
        assertThat(WatchMemory.atEnd(0, true, 2, told)).isEqualTo(2);
        Files.createFile(told);
        assertThat(WatchMemory.atEnd(0, true, 2, told)).isEqualTo(2);
    }

    @Test
    void atEnd_withCgroup_countsAsTheKernelDoes() throws IOException {
        Path told = Files.createFile(folder.resolve("oom"));
        assertThat(WatchMemory.atEnd(3, true, 1, told)).isEqualTo(3);
        assertThat(WatchMemory.atEnd(0, false, 0, told)).isZero();
    }
}
