package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.wharf.base.FailurePoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@link Processes} of the running kernel (Linux 5.4 or newer for waitid on a pidfd). */
final class RealProcesses implements Processes {
    static final RealProcesses INSTANCE = new RealProcesses();

    private static final int P_PID = 1;
    private static final int P_PIDFD = 3;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int SIGINFO_BYTES = 128;
    private static final int SI_CODE = 8;
    private static final int SI_PID = 16;
    private static final int SI_STATUS = 24;
    private static final int PR_SET_CHILD_SUBREAPER = 36;

    private RealProcesses() {}

    @Override
    public Child spawn(Spawn spawn) {
        if (FailurePoint.used()) {
            FailurePoint.reach("spawn " + spawn.program());
        }
        var pid = PosixSpawn.spawn(spawn);
        if (FailurePoint.used()) {
            FailurePoint.died("spawned " + spawn.program());
        }
        // Nobody else reaps our children, so the pid cannot be another's yet, even if the child has ended.
        return new Child(pid, openPidfd(pid));
    }

    @Override
    public Fd openPidfd(int pid) {
        return Fd.own(Check.fd("pidfd_open", Native.syscall(Nr.PIDFD_OPEN, pid, 0), pid));
    }

    @Override
    public Optional<Fd> openPidfd(ProcessIdentity identity) {
        Fd pidfd;
        try {
            pidfd = openPidfd(identity.pid());
        } catch (LinuxException e) {
            if (e.is(Errno.ESRCH)) {
                return Optional.empty();
            }
            throw e;
        }
        // Looked at after opening: if the identity holds now, the handle is on that process and stays so.
        if (identity.exists()) {
            return Optional.of(pidfd);
        }
        pidfd.close();
        return Optional.empty();
    }

    @Override
    public void signal(Fd pidfd, int signal) {
        Check.that(
                "pidfd_send_signal",
                Native.syscall(Nr.PIDFD_SEND_SIGNAL, pidfd.value(), signal, 0, 0),
                pidfd,
                Signals.name(signal));
    }

    @Override
    public void kill(int pid, int signal) {
        Check.that("kill", Native.syscall(Nr.KILL, pid, signal), pid, Signals.name(signal));
    }

    @Override
    public Optional<ExitStatus> poll(Fd pidfd) {
        return waitid(P_PIDFD, pidfd.value(), WNOHANG);
    }

    @Override
    public ExitStatus await(Fd pidfd) {
        return waitid(P_PIDFD, pidfd.value(), 0).orElseThrow();
    }

    @Override
    public Optional<ExitStatus> reap(int pid) {
        return waitid(P_PID, pid, WNOHANG);
    }

    private static Optional<ExitStatus> waitid(int kind, int id, int options) {
        var info = Scratch.get().zeroed(SIGINFO_BYTES);
        long result;
        do {
            result = Native.syscall(Nr.WAITID, kind, id, info.address(), WEXITED | options, 0);
        } while (result == -Errno.EINTR);
        Check.that("waitid", result, kind == P_PID ? "P_PID" : "P_PIDFD", id, options);
        return info.get(JAVA_INT, SI_PID) == 0
                ? Optional.empty()
                : Optional.of(ExitStatus.of(info.get(JAVA_INT, SI_CODE), info.get(JAVA_INT, SI_STATUS)));
    }

    @Override
    public List<Integer> children() {
        var pids = new ArrayList<Integer>();
        for (var task : Directories.names("/proc/self/task")) {
            SmallFiles.readIfPresent("/proc/self/task/" + task + "/children").ifPresent(line -> {
                for (var pid : line.strip().split(" ")) {
                    if (!pid.isEmpty()) {
                        pids.add(Integer.parseInt(pid));
                    }
                }
            });
        }
        return pids;
    }

    @Override
    public void becomeSubreaper() {
        Check.that("prctl", Native.syscall(Nr.PRCTL, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "PR_SET_CHILD_SUBREAPER", 1);
    }

    @Override
    public int umask(int mask) {
        return (int) Native.syscall(Nr.UMASK, mask);
    }
}
