package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import jnr.constants.platform.RLIMIT;
import jnr.posix.POSIXFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class HostTest {
    @BeforeAll
    static void loadSecondOpinion() {
        POSIXFactory.getNativePOSIX().getpid();
    }

    @Test
    void facts_agreeWithOthers() {
        var kernel = Host.kernel();
        assertThat(kernel.name()).isEqualTo("Linux");
        assertThat(kernel.release()).isEqualTo(System.getProperty("os.version"));
        assertThat(kernel.node()).isEqualTo(Host.sysctl("kernel.hostname").orElseThrow());
        assertThat(kernel.architecture()).isEqualTo("amd64");
        assertThat(kernel.atLeast(4, 19)).isTrue();
        assertThat(kernel.atLeast(99, 0)).isFalse();
        var bean = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        assertThat(Host.memoryTotal()).isEqualTo(bean.getTotalMemorySize());
        assertThat(Boot.id()).hasSize(36);
        assertThat(Host.commandLine()).isNotBlank();
        assertThat(Host.initName()).isNotBlank();
    }

    @Test
    void osRelease_undoesQuotes() {
        var values = Host.assignments("A=b\n# x=y\nC=\"d \\\"e\\\" \\$\"\nF='g h'\n\nbad\n");
        assertThat(values)
                .containsEntry("A", "b")
                .containsEntry("C", "d \"e\" $")
                .containsEntry("F", "g h")
                .hasSize(3);
    }

    @Test
    void limits_agreeWithSecondOpinion() {
        var posix = POSIXFactory.getNativePOSIX();
        for (var resource : new RLIMIT[] {RLIMIT.RLIMIT_NOFILE, RLIMIT.RLIMIT_NPROC, RLIMIT.RLIMIT_STACK}) {
            var theirs = posix.getrlimit(resource.intValue());
            var ours = Rlimits.get(resource.name());
            assertThat(ours.soft()).isEqualTo(theirs.rlimCur());
            assertThat(ours.hard()).isEqualTo(theirs.rlimMax());
        }
        assertThat(posix.getpid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThatThrownBy(() -> Rlimits.get("nonsense")).hasMessageContaining("nonsense");
        assertThat(Rlimits.get("core")).isEqualTo(Rlimits.get(posix.getpid(), "RLIMIT_CORE"));
    }

    @Test
    void limits_areSetAndClamped() {
        var child = Processes.real().spawn(Spawn.of("/bin/sleep", "100").build());
        Rlimits.set(child.pid(), "nofile", new Rlimits.Limit(100, 200));
        assertThat(Rlimits.get(child.pid(), "nofile")).isEqualTo(new Rlimits.Limit(100, 200));
        Processes.real().signal(child.pidfd(), Signals.SIGKILL);
        Processes.real().await(child.pidfd());
        child.pidfd().close();
        var allowed = new Rlimits.Limit(100, 1000);
        assertThat(new Rlimits.Limit(2000, Rlimits.INFINITY).clampedTo(allowed))
                .isEqualTo(new Rlimits.Limit(1000, 1000));
        assertThat(new Rlimits.Limit(5, 6).clampedTo(allowed)).isEqualTo(new Rlimits.Limit(5, 6));
    }

    @Test
    void capabilities_haveTheKernelsNames() {
        assertThat(Capabilities.known())
                .contains("CAP_CHOWN", "CAP_CHECKPOINT_RESTORE")
                .hasSize(41);
        assertThat(Capabilities.has("CAP_SYS_ADMIN")).isTrue();
        assertThat(Capabilities.bounding()).containsAll(Capabilities.effective());
        assertThat(Capabilities.names(1L << 24 | 1)).containsExactly("CAP_CHOWN", "CAP_SYS_RESOURCE");
    }

    @Test
    void commands_collectOutputErrorsAndStatus() {
        var result = Commands.run("sh", "-c", "cat; echo out; echo err >&2; exit 3");
        assertThat(result.output()).isEqualTo("out\n");
        assertThat(result.reason()).isEqualTo("err");
        assertThat(result.status().number()).isEqualTo(3);
        var input = "x".repeat(200_000).getBytes(StandardCharsets.UTF_8);
        var copied = Commands.run(Spawn.of("/bin/cat"), input, Duration.ofSeconds(10), 150_000);
        assertThat(copied.success()).isTrue();
        assertThat(copied.output()).hasSize(150_000);
        assertThatThrownBy(() -> Commands.run("no-such-program-here")).hasMessageContaining("ENOENT");
    }

    @Test
    void commands_thatTakeTooLong_areKilled() {
        var result = Commands.run(Spawn.of("/usr/bin/yes"), new byte[0], Duration.ofMillis(100), 100);
        assertThat(result.timedOut()).isTrue();
        assertThat(result.success()).isFalse();
        assertThat(result.output()).hasSize(100);
        assertThat(result.status().signal()).isEqualTo(Signals.SIGKILL);
        // What an orphan holds open does not keep the caller waiting.
        var orphan = Commands.run(
                Spawn.of("/bin/sh", "-c", "sleep 0.5 & echo done"), new byte[0], Duration.ofSeconds(20), 100);
        assertThat(orphan.output()).isEqualTo("done\n");
    }
}
