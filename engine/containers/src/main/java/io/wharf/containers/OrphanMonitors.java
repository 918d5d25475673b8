package io.wharf.containers;

import io.wharf.base.Layout;
import io.wharf.linux.Directories;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.ProcessIdentity;
import io.wharf.linux.Processes;
import io.wharf.linux.Signals;
import io.wharf.linux.SmallFiles;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and kills monitors of starts that a crash cut off before their pid was written down: by their own command line,
 * which names container and bundle, so that no pid has to be believed.
 */
final class OrphanMonitors {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanMonitors.class);
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

    /** The monitor whose command line has this argument; empty where there is none. */
    static Optional<ProcessIdentity> find(String argument) {
        for (String name : Directories.names("/proc")) {
            if (!name.chars().allMatch(c -> c >= '0' && c <= '9')) {
                continue;
            }
            try {
                Optional<String> line = SmallFiles.readIfPresent("/proc/" + name + "/cmdline");
                if (line.isPresent() && line.get().contains("\0" + argument + "\0")) {
                    return ProcessIdentity.of(Integer.parseInt(name));
                }
            } catch (LinuxException e) {
                LOG.debug("{} has ended meanwhile: {}", name, e.getMessage());
            }
        }
        return Optional.empty();
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
