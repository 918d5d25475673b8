package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitorFilesTest {
    @TempDir
    Path folder;

    @Test
    void deleteHalfExit_takesWhatAKilledMonitorLeft_andNothingElse() throws IOException {
        MonitorFiles files = new MonitorFiles(folder, folder, folder.resolve("abc"), folder, folder.resolve("spool"));
        Files.createFile(folder.resolve("abc.PIV2Y3"));
        Files.createFile(folder.resolve("abcd.PIV2Y3"));
        Files.createFile(folder.resolve("abcd"));
        files.deleteHalfExit();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("abcd.PIV2Y3", "abcd");
    }
}
