package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class OomLogTest {
    private static final String LINE = ";oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=c,mems_allowed=0,"
            + "oom_memcg=/system.slice,task_memcg=/system.slice/wharf-abc.scope/container,task=sh,pid=3755,uid=0\n";

    @Test
    void cgroupOfKill_isThatOfTheProcess() {
        assertThat(OomLog.cgroupOfKill("6,606843,67777292967,-" + LINE))
                .isEqualTo("/system.slice/wharf-abc.scope/container");
        assertThat(OomLog.cgroupOfKill("4,1,2,-,caller=T1;Memory cgroup out of memory: Killed process 3755 (sh)"))
                .isEmpty();
    }

    @Test
    void cgroupOfKill_byAProgramsWord_isNone() {
        // Facility 1, which is that of everything written from outside of the kernel.
        assertThat(OomLog.cgroupOfKill("14,606843,67777292967,-" + LINE)).isEmpty();
        assertThat(OomLog.cgroupOfKill("9,606843,67777292967,-" + LINE)).isEmpty();
    }

    @Test
    @EnabledIf("logReadable")
    void end_readsWhatCameMeanwhile_andNoProgramsWord() throws IOException {
        OomLog log = new OomLog();
        log.watch("wharf-abc");
        log.watch("other");
        Files.writeString(Path.of("/dev/kmsg"), "<6>" + LINE.substring(1), StandardOpenOption.WRITE);
        assertThat(log.end("wharf-abc")).isZero();
        assertThat(log.end("wharf-abc")).isZero();
        assertThat(log.end("other")).isZero();
        assertThat(log.end("never watched")).isZero();
    }

    @Test
    void watch_countsNothingFromBefore_alsoWhereTheLogIsReadAlready(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("log"));
        OomLog log = new OomLog(file.toString());
        log.watch("other");
        kill(file);
        log.watch("wharf-abc");
        assertThat(log.end("wharf-abc")).as("of the run before").isZero();
        try (AutoCloseable before = log.watch("wharf-abc")) {
            log.watch("wharf-abc");
            assertThat(before).isNotNull();
        }
        kill(file);
        assertThat(log.end("wharf-abc")).as("of a watch that follows another").isOne();
        assertThat(log.end("other")).isZero();
    }

    @Test
    void close_ofTheLastWatch_letsTheLogGo(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("log"));
        OomLog log = new OomLog(file.toString());
        try (AutoCloseable watch = log.watch("wharf-abc")) {
            assertThat(watch).isNotNull();
            assertThat(open()).contains(file);
        }
        assertThat(open()).doesNotContain(file);
        assertThat(log.end("wharf-abc")).isZero();
    }

    private static void kill(Path file) throws IOException {
        Files.writeString(file, "6,1,2,-" + LINE, StandardOpenOption.APPEND);
    }

    private static List<Path> open() throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path one : all) {
                try {
                    found.add(Files.readSymbolicLink(one));
                } catch (NoSuchFileException gone) {
                    // The folder's own.
                }
            }
        }
        return found;
    }

    static boolean logReadable() {
        try (Fd log = Entries.open("/dev/kmsg", OpenFlags.O_RDWR | OpenFlags.O_NONBLOCK, 0)) {
            return log.isOpen();
        } catch (LinuxException e) {
            return false;
        }
    }
}
