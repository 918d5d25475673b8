package io.wharf.linux;

import java.util.List;
import java.util.Optional;

/**
 * Starts, signals and reaps processes.
 *
 * <p>Life of a child: {@link #spawn}, its pidfd becomes readable at its end (see {@link ProcessExit}), {@link #poll}
 * then gives its status, once, and frees its pid. Tests may stand in for this interface.
 */
public interface Processes {
    static Processes real() {
        return RealProcesses.INSTANCE;
    }

    /** Starts a child; takes about half a millisecond. Errors of the exec itself (ENOENT, EACCES) arrive here. */
    Child spawn(Spawn spawn);

    /** A handle on whoever has this pid now; ESRCH where nobody has. */
    Fd openPidfd(int pid);

    /** A handle on exactly this process; empty where it is gone, whoever has its pid now. */
    Optional<Fd> openPidfd(ProcessIdentity identity);

    /** Sends a signal by handle: never reaches another process. ESRCH where it has been reaped. */
    void signal(Fd pidfd, int signal);

    /** Sends a signal by number (negative: a process group); for pids that nobody else can free meanwhile. */
    void kill(int pid, int signal);

    /** Reaps an ended child without waiting; empty while it runs. ECHILD where it is not our child. */
    Optional<ExitStatus> poll(Fd pidfd);

    /** Waits for the child's end and reaps it: on a thread that may block. */
    ExitStatus await(Fd pidfd);

    /** Reaps by pid without waiting, as for orphans that came to us as their subreaper. */
    Optional<ExitStatus> reap(int pid);

    /** Pids of all our children now, adopted orphans and zombies included. */
    List<Integer> children();

    /** Orphans among our descendants become our children instead of init's. */
    void becomeSubreaper();

    /**
     * Sets the umask of this process and thus of all children, and gives the former one.
     *
     * <p>A umask is the whole process's, and posix_spawn cannot give a child another: the daemon sets 0022 once at its
     * start, before it has threads that make files.
     */
    int umask(int mask);
}
