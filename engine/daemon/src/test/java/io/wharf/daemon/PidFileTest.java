package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFileTest {
    @TempDir
    Path folder;

    @Test
    void livingDaemon_keepsItsFile() throws IOException {
        Path file = folder.resolve("pid");
        // As a daemon's command line: the class at the end of more than a page.
        Process other = new ProcessBuilder("sh", "-c", "read line", "x".repeat(10_000), "io.wharf.daemon.Main").start();
        try {
            Files.writeString(file, Long.toString(other.pid()));
            assertThatThrownBy(() -> PidFile.write(file)).hasMessageContaining("pid file found");
            assertThat(file).hasContent(Long.toString(other.pid()));
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void numberOfAnother_isWrittenOver() throws IOException {
        Path file = folder.resolve("deep/pid");
        Files.createDirectories(folder.resolve("deep"));
        for (String left : new String[] {"1", "4194304", "", "nonsense"}) {
            Files.writeString(file, left);
            try (PidFile mine = PidFile.write(file)) {
                assertThat(file)
                        .hasContent(Long.toString(ProcessHandle.current().pid()));
            }
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void close_leavesAFileThatIsNotOursAnyMore() throws IOException {
        Path file = folder.resolve("pid");
        PidFile mine = PidFile.write(file);
        Files.writeString(file, "1");
        mine.close();
        assertThat(file).hasContent("1");
    }
}
