package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The process at the other end of a unix socket, see SO_PEERCRED and SO_PEERPIDFD in unix(7). */
public final class PeerProcess {
    private static final int SOL_SOCKET = 1;
    /** From Linux 6.5 on. */
    private static final int SO_PEERPIDFD = 77;

    /** Docker, containerd, CRI-O and this engine name a container's control group by its id, with or without a frame. */
    private static final Pattern CONTAINER = Pattern.compile("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])");

    private PeerProcess() {}

    /**
     * Id of the outermost container that the process lives in, by its control groups; empty where it lives in none, and
     * where it has ended, for its number may have been given to another. A kernel that hands out no pidfd of a peer has
     * only the number to go by.
     *
     * @param socket descriptor of the connection; remains the caller's
     * @param pid of the process that connected
     */
    public static Optional<String> container(int socket, int pid) {
        var at = Scratch.get().zeroed(8);
        at.set(JAVA_INT, 4, 4);
        var result = Native.syscall(Nr.GETSOCKOPT, socket, SOL_SOCKET, SO_PEERPIDFD, at.address(), at.address() + 4);
        if (result < 0) {
            return result == -Errno.ENOPROTOOPT ? groups(pid) : Optional.empty();
        }
        try (var pidfd = Fd.own(at.get(JAVA_INT, 0))) {
            var container = groups(pid);
            // Alive after the look: the number was its own all the time.
            return Native.syscall(Nr.PIDFD_SEND_SIGNAL, pidfd.value(), 0, 0, 0) == 0 ? container : Optional.empty();
        }
    }

    private static Optional<String> groups(int pid) {
        return SmallFiles.readIfPresent("/proc/" + pid + "/cgroup").flatMap(PeerProcess::containerIn);
    }

    /** The first id in the lines of /proc/PID/cgroup. */
    static Optional<String> containerIn(String groups) {
        Matcher id = CONTAINER.matcher(groups);
        return id.find() ? Optional.of(id.group()) : Optional.empty();
    }
}
