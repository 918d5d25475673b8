package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

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

    static boolean logReadable() {
        try (Fd log = Entries.open("/dev/kmsg", OpenFlags.O_RDWR | OpenFlags.O_NONBLOCK, 0)) {
            return log.isOpen();
        } catch (LinuxException e) {
            return false;
        }
    }
}
