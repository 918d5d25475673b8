package io.wharf.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Kills a process and what it has started and not left to itself, as far as it can be seen at one moment.
 *
 * <p>A descendant is held by a handle, and its parent read after that: so no stranger with a recycled pid is ever hit. Reads
 * /proc only, and so does not block.
 */
public final class KillTree {
    private static final int MOST = 4096;

    private KillTree() {}

    /**
     * Sends SIGKILL to all of them.
     *
     * @param pid a child of ours that is not reaped while this runs
     */
    public static void run(Processes processes, int pid) {
        List<Fd> found = new ArrayList<>();
        try {
            open(processes, pid).ifPresent(root -> {
                found.add(root);
                collect(processes, pid, found);
            });
            found.forEach(process -> kill(processes, process));
        } finally {
            found.forEach(Fd::close);
        }
    }

    private static void collect(Processes processes, int parent, List<Fd> found) {
        for (int child : children(parent)) {
            Optional<Fd> handle = found.size() < MOST ? open(processes, child) : Optional.empty();
            if (handle.isEmpty()) {
                continue;
            }
            found.add(handle.get());
            if (ProcessIdentity.stat(child)
                    .filter(stat -> stat.parent() == parent)
                    .isPresent()) {
                collect(processes, child, found);
            } else {
                found.removeLast().close();
            }
        }
    }

    /** Of all its threads; none where the kernel does not tell. */
    private static List<Integer> children(int pid) {
        List<Integer> all = new ArrayList<>();
        try {
            for (var thread : Directories.list("/proc/" + pid + "/task")) {
                SmallFiles.readIfPresent("/proc/" + pid + "/task/" + thread.name() + "/children")
                        .ifPresent(line -> {
                            for (String child : line.strip().split(" ")) {
                                if (!child.isEmpty()) {
                                    all.add(Integer.valueOf(child));
                                }
                            }
                        });
            }
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT, Errno.ESRCH)) {
                throw e;
            }
        }
        return all;
    }

    private static Optional<Fd> open(Processes processes, int pid) {
        try {
            return Optional.of(processes.openPidfd(pid));
        } catch (LinuxException e) {
            if (e.is(Errno.ESRCH, Errno.EINVAL)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static void kill(Processes processes, Fd process) {
        try {
            processes.signal(process, Signals.SIGKILL);
        } catch (LinuxException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
        }
    }
}
