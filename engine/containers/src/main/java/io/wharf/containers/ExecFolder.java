package io.wharf.containers;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.wharf.base.Json;
import io.wharf.oci.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The small files of one exec, in a folder of their own; blocking. */
record ExecFolder(MonitorFiles files) {
    /** Makes the folder and writes what the runtime is to run. */
    void make(Room room, Exec exec, List<Integer> consoleSize) throws IOException {
        Container container = exec.container();
        Files.createDirectories(path());
        byte[] process = room.host()
                .bundle()
                .processes()
                .forExec(
                        new Links(room.containers()).environed(container),
                        container.host(),
                        exec.config(),
                        consoleSize,
                        room.layout().rootfs(container.id()));
        Files.write(process(), process);
    }

    Path path() {
        return files.bundle();
    }

    Path process() {
        return path().resolve("process.json");
    }

    /** Where the runtime hands over the terminal, relative to the folder: a socket's full path may be too long. */
    String consoleName() {
        return "console";
    }

    Path console() {
        return path().resolve(consoleName());
    }

    /** The pid that the runtime wrote. */
    int pid() throws IOException {
        return Integer.parseInt(Files.readString(files.pidFile()).strip());
    }

    /** What the runtime complained of last, or the given text where it said nothing. */
    String complaint(String otherwise) throws IOException {
        String last = otherwise;
        try {
            for (String line : Files.readAllLines(files.runtimeLog(), StandardCharsets.UTF_8)) {
                String said = Json.MAPPER.readTree(line).path("msg").asText("");
                last = said.isEmpty() ? last : said;
            }
        } catch (NoSuchFileException | JsonProcessingException e) {
            // Then what we have must do.
            return last;
        }
        return last;
    }

    void delete() throws IOException {
        Trees.delete(path());
    }
}
