package io.wharf.containers;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.wharf.base.Json;
import io.wharf.linux.Descriptors;
import io.wharf.linux.Fd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an attached exec needs between its start and the end of the runtime's command: two files in memory, and, where a
 * name must be, two below {@link io.wharf.base.Layout#execs}. Nothing of it is worth a record, for each start of the
 * engine empties that folder.
 *
 * @param process what the runtime is to run, its descriptor {@value #PROCESS}
 * @param log the runtime's complaints, JSON lines, its descriptor {@value #COMPLAINTS}
 */
record ExecScratch(Path folder, String id, Fd process, Fd log) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExecScratch.class);

    /** The runtime's descriptors; the process itself gets none of them, for runtimes close all but the first three. */
    static final int PROCESS = 3;

    static final int COMPLAINTS = 4;

    static ExecScratch make(Path folder, String id, byte[] json) {
        Fd process = Descriptors.memory("wharf-process");
        try {
            process.writeAll(json);
            return new ExecScratch(folder, id, process, Descriptors.memory("wharf-runtime-log"));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** What a life of the engine left that was cut off. */
    static void clear(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
    }

    Path pidFile() {
        return folder.resolve(id + ".pid");
    }

    /** Where the runtime hands over the terminal, relative to the folder: a socket's full path may be too long. */
    String consoleName() {
        return id + ".tty";
    }

    Path console() {
        return folder.resolve(consoleName());
    }

    /** The pid that the runtime wrote. */
    int pid() throws IOException {
        return Integer.parseInt(Files.readString(pidFile()).strip());
    }

    /** What the runtime complained of last, or the given text where it said nothing. */
    String complaint(String otherwise) throws IOException {
        String last = otherwise;
        try {
            for (String line : Files.readString(Path.of(log.procPath()), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String said = Json.MAPPER.readTree(line).path("msg").asText("");
                last = said.isEmpty() ? last : said;
            }
        } catch (JsonProcessingException e) {
            // Then what we have must do.
            return last;
        }
        return last;
    }

    /** Takes everything away; a second time it does nothing. */
    @Override
    public void close() {
        process.close();
        log.close();
        remove(pidFile());
        remove(console());
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("{} stays until the next start of the engine: {}", file, e.toString());
        }
    }
}
