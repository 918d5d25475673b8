package io.wharf.containers;

import io.wharf.base.Layout;
import io.wharf.linux.Directories;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Processes;
import io.wharf.linux.Signals;
import io.wharf.linux.SmallFiles;
import java.util.List;
import java.util.Optional;

/**
 * Finds and kills monitors of starts that a crash cut off before their pid was written down: by their own command line,
 * which names container and bundle, so that no pid has to be believed.
 */
final class OrphanMonitors {
    private static final int ROUNDS = 500;
    private static final int PAUSE_MILLIS = 10;

    private final Layout layout;
    private final Processes processes;

    OrphanMonitors(Layout layout, Processes processes) {
        this.layout = layout;
        this.processes = processes;
    }

    /** Kills the monitors of these containers, with the runtimes in their groups, and waits until they are gone. */
    void kill(List<String> ids) throws InterruptedException {
        if (ids.isEmpty()) {
            return;
        }
        for (String name : Directories.names("/proc")) {
            if (name.chars().allMatch(c -> c >= '0' && c <= '9') && isMonitorOf(name, ids)) {
                end(Integer.parseInt(name), name, ids);
            }
        }
    }

    private void end(int pid, String name, List<String> ids) throws InterruptedException {
        Fd pidfd;
        try {
            pidfd = processes.openPidfd(pid);
        } catch (LinuxException e) {
            return;
        }
        try (pidfd) {
            // Looked at once more: the handle is on what we saw only if that still stands.
            if (!isMonitorOf(name, ids)) {
                return;
            }
            try {
                processes.kill(-pid, Signals.SIGKILL);
                processes.signal(pidfd, Signals.SIGKILL);
            } catch (LinuxException e) {
                if (!e.is(Errno.ESRCH)) {
                    throw e;
                }
            }
            for (int round = 0; round < ROUNDS && isMonitorOf(name, ids); round++) {
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private boolean isMonitorOf(String pid, List<String> ids) {
        Optional<String> line;
        try {
            line = SmallFiles.readIfPresent("/proc/" + pid + "/cmdline");
        } catch (LinuxException e) {
            return false;
        }
        if (line.isEmpty()
                || !line.get().contains("--bundle\0" + layout.bundle("").toString())) {
            return false;
        }
        return ids.stream().anyMatch(id -> line.get().contains("--bundle\0" + layout.bundle(id) + "\0"));
    }
}
