package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Terminals: {@code run -it}, {@code exec -it}, resizing, detaching, coming back. */
class TerminalTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void run_it_isAnInteractiveShell() {
        try (Terminal terminal = rig.docker().terminal("run", "-it", "--rm", "busybox", "sh")) {
            terminal.awaitOut("# ")
                    .type("tty; echo $TERM; echo answer=$((6*7))\r")
                    .awaitOut("answer=42");
            assertThat(terminal.out()).contains("/dev/pts/0").contains("xterm");
            terminal.type("exit 3\r");
            assertThat(terminal.await().code()).isEqualTo(3);
        }
    }

    @Test
    void run_t_withoutInput_hasATerminal() {
        try (Terminal terminal = rig.docker().terminal("run", "-t", "--rm", "busybox", "sh", "-c", "tty; echo e >&2")) {
            Ran ran = terminal.await();
            // One stream, with the line ends of both terminals: without input the client leaves its own as it is.
            assertThat(ran.out()).isEqualTo("/dev/pts/0\r\r\ne\r\r\n");
        }
    }

    @Test
    void run_it_takesTheSizeAndFollowsIt() {
        try (Terminal terminal = rig.docker().terminal("run", "-it", "--rm", "busybox", "sh")) {
            terminal.awaitOut("# ");
            awaitSize(terminal, "24 80");
            terminal.resize(50, 132);
            awaitSize(terminal, "50 132");
            terminal.type("exit\r");
            assertThat(terminal.await().code()).isZero();
        }
    }

    @Test
    void run_it_controlC_interrupts() {
        try (Terminal terminal = rig.docker().terminal("run", "-it", "--rm", "busybox", "sh")) {
            terminal.awaitOut("# ")
                    .type("echo begin; sleep 1000\r")
                    .awaitOut("\nbegin")
                    .type("\u0003")
                    .type("echo on$((1))\r");
            terminal.awaitOut("on1").type("\u0004");
            terminal.await();
        }
    }

    @Test
    void detachKeys_leaveTheContainerRunning_andAttachComesBack() {
        try (Terminal terminal = rig.docker().terminal("run", "-it", "--name", "kept", "busybox", "sh")) {
            terminal.awaitOut("# ").type("X=remembered\r").type("\u0010\u0011");
            assertThat(terminal.await().code()).isZero();
        }
        assertThat(rig.ok("inspect", "-f", "{{.State.Running}}", "kept")).isEqualTo("true");
        try (Terminal terminal = rig.docker().terminal("attach", "kept")) {
            terminal.type("echo $X$X\r").awaitOut("rememberedremembered").type("exit 4\r");
            assertThat(terminal.await().code()).isEqualTo(4);
        }
    }

    @Test
    void detachKeys_canBeChosen() {
        rig.ok("run", "-dit", "--name", "chosen", "busybox", "sh");
        try (Terminal terminal = rig.docker().terminal("attach", "--detach-keys", "ctrl-x,y", "chosen")) {
            terminal.type("echo a$((1))\r").awaitOut("a1");
            // The default keys mean nothing now; half of the sequence goes through to the shell.
            terminal.type("\u0010\u0011").type("echo b$((1))\r").awaitOut("b1").type("\u0018y");
            terminal.await();
        }
        assertThat(rig.ok("inspect", "-f", "{{.State.Running}}", "chosen")).isEqualTo("true");
    }

    @Test
    void exec_it_hasATerminalOfItsOwn() {
        rig.ok("run", "-d", "--name", "host", "busybox", "sleep", "1000");
        try (Terminal terminal = rig.docker().terminal("exec", "-it", "host", "sh")) {
            terminal.awaitOut("# ");
            awaitSize(terminal, "24 80");
            terminal.resize(33, 99);
            awaitSize(terminal, "33 99");
            terminal.type("exit 5\r");
            assertThat(terminal.await().code()).isEqualTo(5);
        }
    }

    @Test
    void exec_it_detaches() {
        rig.ok("run", "-d", "--name", "host", "busybox", "sleep", "1000");
        try (Terminal terminal = rig.docker().terminal("exec", "-it", "host", "sh")) {
            terminal.awaitOut("# ").type("\u0010\u0011");
            terminal.await();
        }
        assertThat(rig.ok("exec", "host", "ps", "-o", "comm").lines().map(String::strip))
                .contains("sh");
    }

    @Test
    void twoAttached_bothSee() {
        rig.ok("run", "-dit", "--name", "shared", "busybox", "sh");
        try (Terminal one = rig.docker().terminal("attach", "shared");
                Terminal two = rig.docker().terminal("attach", "shared")) {
            Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                two.type("echo two$((2))\r");
                assertThat(one.out()).contains("two2");
                assertThat(two.out()).contains("two2");
            });
            one.type("exit\r");
            assertThat(one.await().code()).isZero();
            assertThat(two.await().code()).isZero();
        }
    }

    @Test
    void logs_ofATerminal_haveItsLineEnds() {
        rig.ok("run", "-t", "--name", "tty", "busybox", "echo", "line");
        assertThat(rig.run("logs", "tty").out()).isEqualTo("line\r\n");
    }

    private static void awaitSize(Terminal terminal, String size) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> {
                    terminal.type("stty size\r");
                    assertThat(terminal.out()).contains(size + "\r\n");
                });
    }
}
