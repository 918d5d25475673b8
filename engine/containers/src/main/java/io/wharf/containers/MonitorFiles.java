package io.wharf.containers;

import io.wharf.base.Layout;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a conmon and the engine meet: one for a container's run, one for each detached exec.
 *
 * @param bundle conmon's {@code -b}: here it makes {@code attach}, {@code ctl}, {@code winsz}; below a long exec root the
 *     socket's path exceeds what connect(2) takes, so connect through {@code /proc/self/fd/N/attach}
 * @param exits conmon's {@code --exit-dir}
 * @param exitFile appears, complete, at the end of the process; its text is the exit code, 128 and the signal where one
 *     ended it
 * @param scratch small files of the monitor, made before it starts
 * @param spool conmon's log, in the form of the CRI: time, stream, F or P, text
 */
record MonitorFiles(Path bundle, Path exits, Path exitFile, Path scratch, Path spool) {
    /** Of a container's own process. */
    static MonitorFiles ofContainer(Layout layout, String id) {
        return new MonitorFiles(
                layout.bundle(id),
                layout.exits(),
                layout.exits().resolve(id),
                layout.monitor(id),
                layout.container(id).resolve("spool.log"));
    }

    /** Of an exec: all in one folder of its own, for conmon names the exit file after the container. */
    static MonitorFiles ofExec(Layout layout, String containerId, String execId) {
        Path folder = layout.monitor(execId);
        Path exits = folder.resolve("exits");
        return new MonitorFiles(folder, exits, exits.resolve(containerId), folder, folder.resolve("spool.log"));
    }

    /** conmon writes the exit file under its name and six letters more; one that was killed may leave it there. */
    void deleteHalfExit() throws IOException {
        if (!Files.isDirectory(exits)) {
            return;
        }
        try (DirectoryStream<Path> half = Files.newDirectoryStream(exits, exitFile.getFileName() + ".??????")) {
            for (Path each : half) {
                Files.deleteIfExists(each);
            }
        }
    }

    /** Where output comes and input goes: SOCK_SEQPACKET, packets of a stream number (2 out, 3 err) and bytes. */
    Path attachSocket() {
        return bundle.resolve("attach");
    }

    /** Takes {@code 1 HEIGHT WIDTH\n} for a resize and {@code 2 0 0\n} to have the log reopened. */
    Path control() {
        return bundle.resolve("ctl");
    }

    /** The runtime writes the process's pid here. */
    Path pidFile() {
        return scratch.resolve("pid");
    }

    /** The runtime's own complaints, JSON lines. */
    Path runtimeLog() {
        return scratch.resolve("runtime.log");
    }

    /** conmon makes it, empty and before the exit file, where it has seen the kernel kill for want of memory. */
    Path outOfMemory() {
        return scratch.resolve("oom");
    }
}
