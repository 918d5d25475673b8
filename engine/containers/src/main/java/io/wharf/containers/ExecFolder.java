package io.wharf.containers;

import io.wharf.oci.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The small files of one detached exec, in a folder of their own; blocking. */
record ExecFolder(MonitorFiles files) {
    /** Makes the folder and writes what the runtime is to run. */
    void make(Room room, Exec exec, List<Integer> consoleSize) throws IOException {
        Files.createDirectories(path());
        Files.write(process(), ExecProcess.of(room, exec, consoleSize));
    }

    Path path() {
        return files.bundle();
    }

    Path process() {
        return path().resolve("process.json");
    }

    /** The pid that the runtime wrote. */
    int pid() throws IOException {
        return Integer.parseInt(Files.readString(files.pidFile()).strip());
    }

    void delete() throws IOException {
        Trees.delete(path());
    }
}
