package io.wharf.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** An engine whose words on space a test writes, and what tests of space look at. */
abstract class SpaceBed {
    static final ObjectMapper JSON = new ObjectMapper();
    static Machine machine;
    static Engine engine;
    static Path home;
    static Path config;

    @BeforeAll
    static void open() throws IOException {
        machine = new Machine();
        config = Files.createTempFile("wharf-tests.", ".json");
        engine = new Engine(machine, "--config-file", config.toString());
        home = engine.home();
    }

    @AfterAll
    static void closeEngine() throws IOException {
        engine.close();
        Files.delete(config);
    }

    /** So many files of 64 KiB that can be packed to about a third. */
    static Tar words(long seed, int files) {
        Random random = new Random(seed);
        String[] some = new String[4000];
        for (int i = 0; i < some.length; i++) {
            some[i] = Long.toString(random.nextLong() >>> 20, 36);
        }
        Tar tar = new Tar().folder("d");
        for (int i = 0; i < files; i++) {
            StringBuilder text = new StringBuilder();
            while (text.length() < 65_500) {
                text.append(some[random.nextInt(some.length)]).append(' ');
            }
            tar.file("d/" + i, text.substring(0, 65_500));
        }
        return tar;
    }

    /** Starts the engine with these words on space. */
    static void space(String blobs, String more) {
        try {
            Files.writeString(
                    config,
                    "{\"image-space\": {\"blobs\": \"" + blobs + "\", \"every\": \"200ms\""
                            + (more.contains("idle") ? "" : ", \"idle\": \"50ms\"") + more
                            + "}}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        engine.start();
    }

    static JsonNode totals() {
        return json(engine.http().get("/wharf/v1/images/space").body());
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The data root as the engine sees it, where something is mounted there. */
    static Path dataRoot() {
        return machine.seen(engine.dataRoot());
    }

    static List<Path> blobs() throws IOException {
        try (var files = Files.list(dataRoot().resolve("blobs/sha256"))) {
            return files.toList();
        }
    }

    static void onADisk(String size, Work work) throws IOException {
        Path disk = engine.dataRoot();
        Files.createDirectories(disk);
        machine.inHost("mount", "-t", "tmpfs", "-o", "size=" + size, "wharf-test", disk.toString())
                .ok();
        try {
            work.on(dataRoot());
        } finally {
            if (engine.alive()) {
                engine.kill();
            }
            machine.inHost("umount", "-l", disk.toString());
        }
    }

    interface Work {
        void on(Path disk) throws IOException;
    }

    static String now() {
        long millis = System.currentTimeMillis();
        return String.format("%d.%03d", millis / 1000, millis % 1000);
    }

    static String importWords(long seed, String name) {
        return engine.docker()
                .pipe(words(seed, 75).bytes(), "import", "-c", "CMD [\"x\"]", "-", name)
                .ok()
                .text();
    }

    @AfterEach
    void removeImages() {
        if (!engine.alive()) {
            space("compact", "");
        }
        for (String id : engine.docker().run("images", "-aq", "--no-trunc").lines()) {
            engine.docker().run("rmi", "-f", id);
        }
        engine.stop();
    }
}
