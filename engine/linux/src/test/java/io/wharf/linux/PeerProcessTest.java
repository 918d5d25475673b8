package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PeerProcessTest {
    private static final String OUTER = "0123456789abcdef".repeat(4);
    private static final String INNER = "fedcba9876543210".repeat(4);

    @Test
    void container_isTheOutermostId() {
        assertThat(PeerProcess.containerIn("12:pids:/\n0::/docker/" + OUTER + "/docker/" + INNER + "\n"))
                .contains(OUTER);
        assertThat(PeerProcess.containerIn("0::/system.slice/docker-" + INNER + ".scope\n"))
                .contains(INNER);
        assertThat(PeerProcess.containerIn("0::/user.slice/user-0.slice\n")).isEmpty();
        // Longer numbers are something else.
        assertThat(PeerProcess.containerIn("0::/a/" + OUTER + "0\n")).isEmpty();
    }

    @Test
    void container_ofThisProcess_isLookedUpBehindItsSocket() {
        Fd[] pair = UnixSockets.pair(UnixSockets.Type.STREAM);
        try (Fd near = pair[0];
                Fd far = pair[1]) {
            assertThat(far.isOpen()).isTrue();
            int pid = (int) ProcessHandle.current().pid();
            assertThat(PeerProcess.container(near.value(), pid))
                    .isEqualTo(PeerProcess.containerIn(SmallFiles.read("/proc/self/cgroup")));
        }
    }
}
