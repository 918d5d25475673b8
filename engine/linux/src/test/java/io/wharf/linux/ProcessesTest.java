package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class ProcessesTest {
    private final Processes processes = Processes.real();

    private String output(Spawn.Builder spawn) {
        try (var pipe = Descriptors.pipe()) {
            var child = processes.spawn(spawn.descriptor(pipe.write(), 1).build());
            pipe.write().close();
            var text = SmallFiles.readAll(pipe.read());
            try (var pidfd = child.pidfd()) {
                assertThat(processes.await(pidfd).success()).isTrue();
            }
            return text;
        }
    }

    @Test
    void spawn_inheritsNothing() {
        try (var leak = Descriptors.pipe()) {
            Descriptors.closeOnExec(leak.read(), false);
            var text =
                    output(Spawn.of("/bin/sh", "-c", "ls /proc/self/fd; env; grep -E 'Sig(Blk|Ign)' /proc/self/status")
                            .environment("A", "b"));
            assertThat(text.lines().filter(line -> line.matches("[0-9]+"))).containsExactly("0", "1", "2", "3");
            assertThat(text).contains("A=b").doesNotContain("JAVA", "HOME=");
            assertThat(text).contains("SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000");
        }
    }

    @Test
    void spawn_swapsDescriptorsAndClosesGaps() {
        try (var one = Descriptors.pipe();
                var out = Descriptors.pipe()) {
            // Sources inside the range of the targets, crosswise.
            var a = Fd.own(Descriptors.duplicate(one.write().value(), 200));
            var b = Fd.own(Descriptors.duplicate(out.write().value(), 201));
            var child = processes.spawn(Spawn.of("/bin/bash", "-c", "echo one >&201; echo two >&200; ls /proc/self/fd")
                    .descriptor(a, 201)
                    .descriptor(b, 200)
                    .descriptor(b, 1)
                    .build());
            a.close();
            b.close();
            one.write().close();
            out.write().close();
            assertThat(SmallFiles.readAll(one.read())).isEqualTo("one\n");
            assertThat(SmallFiles.readAll(out.read()).split("\n"))
                    .containsExactlyInAnyOrder("two", "0", "1", "2", "3", "200", "201");
            processes.await(child.pidfd());
            child.pidfd().close();
        }
    }

    @Test
    void spawn_runsInFolderAndSession() {
        var text = output(Spawn.of("/bin/sh", "-c", "pwd; ps -o sid=,pid= -p $$")
                .directory("/usr/lib")
                .newSession());
        var lines = text.lines().toList();
        assertThat(lines.getFirst()).isEqualTo("/usr/lib");
        var ids = lines.get(1).strip().split(" +");
        assertThat(ids[0]).isEqualTo(ids[1]);
    }

    @Test
    void spawn_missingProgram_namesCallAndReason() {
        assertThatThrownBy(() -> processes.spawn(Spawn.of("/no/such", "x").build()))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .hasMessage("posix_spawn(\"/no/such\", [\"/no/such\", \"x\"]): No such file or directory (ENOENT)");
    }

    @Test
    void poll_tellsHowItEnded() {
        var child = processes.spawn(Spawn.of("/bin/sleep", "60").build());
        try (var pidfd = child.pidfd()) {
            assertThat(processes.poll(pidfd)).isEmpty();
            var identity = ProcessIdentity.of(child.pid()).orElseThrow();
            assertThat(identity.isAlive()).isTrue();
            assertThat(processes.children()).contains(child.pid());
            processes.signal(pidfd, Signals.SIGKILL);
            assertThat(processes.await(pidfd)).isEqualTo(ExitStatus.killed(9));
            assertThat(identity.isAlive()).isFalse();
            assertThat(identity.exists()).isFalse();
            assertThat(processes.openPidfd(identity)).isEmpty();
            assertThatThrownBy(() -> processes.poll(pidfd)).hasMessageContaining("ECHILD");
            assertThatThrownBy(() -> processes.signal(pidfd, 15)).hasMessageContaining("ESRCH");
        }
        var failing = processes.spawn(Spawn.of("/bin/sh", "-c", "exit 7").build());
        assertThat(processes.await(failing.pidfd()).number()).isEqualTo(7);
        failing.pidfd().close();
    }

    @Test
    void identity_deceivedByNeitherPidNorBoot() {
        var self = ProcessIdentity.of((int) ProcessHandle.current().pid()).orElseThrow();
        assertThat(self.isAlive()).isTrue();
        assertThat(new ProcessIdentity(self.pid(), self.startTicks() + 1, self.bootId()).isAlive())
                .isFalse();
        assertThat(new ProcessIdentity(self.pid(), self.startTicks(), "other boot").isAlive())
                .isFalse();
        assertThat(processes.openPidfd(new ProcessIdentity(self.pid(), 1, self.bootId())))
                .isEmpty();
    }

    @Test
    void stat_withParenthesesInName_parses() {
        var line = "7 (a) S) (b) Z 3 " + "1 ".repeat(17) + "4711 0";
        assertThat(ProcessIdentity.parse(line)).contains(new ProcessIdentity.Stat('Z', 3, 4711));
        assertThat(ProcessIdentity.parse("")).isEmpty();
    }

    @Test
    void signalNames_asDockerTakesThem() {
        assertThat(Signals.number("KILL")).hasValue(9);
        assertThat(Signals.number("sigterm")).hasValue(15);
        assertThat(Signals.number("9")).hasValue(9);
        assertThat(Signals.number("SIGRTMIN+3")).hasValue(37);
        assertThat(Signals.number("RTMAX-1")).hasValue(63);
        assertThat(Signals.number("RTMAX")).hasValue(64);
        for (var wrong : new String[] {"", "SIG", "0", "65", "NOPE", "RTMIN-1", "RTMAX+1", "-9", "9x"}) {
            assertThat(Signals.number(wrong)).as(wrong).isEmpty();
        }
        for (var signal = 1; signal <= 31; signal++) {
            assertThat(Signals.number(Signals.name(signal))).hasValue(signal);
        }
    }

    @Test
    void fd_closesOnce() {
        var pipe = Descriptors.pipe();
        var number = pipe.read().value();
        pipe.read().close();
        var reused = pipe.write().duplicate();
        assertThat(reused.value()).isEqualTo(number);
        pipe.read().close();
        assertThat(Descriptors.isCloseOnExec(reused)).isTrue();
        assertThatThrownBy(() -> pipe.read().value()).hasMessageContaining("EBADF");
        reused.close();
        pipe.close();
    }

    @Test
    void becomeSubreaper_bringsOrphans() {
        processes.becomeSubreaper();
        try (var pipe = Descriptors.pipe()) {
            var shell = processes.spawn(Spawn.of("/bin/sh", "-c", "(sleep 0.05; exit 9) >/dev/null & echo $!")
                    .descriptor(pipe.write(), 1)
                    .build());
            pipe.write().close();
            var orphan = Integer.parseInt(SmallFiles.readAll(pipe.read()).strip());
            // The shell has not waited for it: it comes to us.
            processes.await(shell.pidfd());
            shell.pidfd().close();
            assertThat(processes.children()).contains(orphan);
            await().until(() -> processes.reap(orphan).equals(Optional.of(ExitStatus.exited(9))));
            assertThat(processes.children()).doesNotContain(orphan);
        } finally {
            Native.syscall(Nr.PRCTL, 36, 0, 0, 0, 0);
        }
    }

    @Test
    void umask_isInherited() {
        var former = processes.umask(027);
        try {
            assertThat(output(Spawn.of("/bin/sh", "-c", "umask"))).isEqualTo("0027\n");
        } finally {
            assertThat(processes.umask(former)).isEqualTo(027);
        }
    }

    @Test
    void exitStatus_ofWaitWords() {
        assertThat(ExitStatus.ofWaitStatus(0x0300)).isEqualTo(ExitStatus.exited(3));
        assertThat(ExitStatus.ofWaitStatus(9).number()).isEqualTo(137);
        assertThat(ExitStatus.ofWaitStatus(0x8b)).isEqualTo(new ExitStatus(0, 11, true));
        assertThat(ExitStatus.killed(15)).hasToString("signal SIGTERM");
    }
}
