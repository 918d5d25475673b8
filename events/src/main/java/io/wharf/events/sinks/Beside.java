package io.wharf.events.sinks;

import io.wharf.base.WharfException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Libraries that lie beside the class path, so that an engine that does not use them knows nothing of them. */
final class Beside {
    /** Names the folder of the jars. */
    private static final String FOLDER = "wharf.kafka";

    private static Messenger.@Nullable Maker maker;

    private Beside() {}

    /** Those of Kafka: read at the first call, and then there for as long as the engine is. */
    static synchronized Messenger.Maker kafka() {
        if (maker == null) {
            String folder = System.getProperty(FOLDER, "");
            maker = load(folder.isEmpty() ? List.of() : jars(Path.of(folder)))
                    .orElseThrow(() -> WharfException.invalid("type kafka: its libraries are not installed"
                            + (folder.isEmpty() ? "" : " in " + folder) + " (wharf-events-kafka and what it needs)"));
        }
        return maker;
    }

    private static java.util.Optional<Messenger.Maker> load(List<URL> jars) {
        ClassLoader parent = Beside.class.getClassLoader();
        // Never closed: what it has loaded may be running until the engine's end.
        ClassLoader loader = jars.isEmpty() ? parent : new URLClassLoader("kafka", jars.toArray(URL[]::new), parent);
        return ServiceLoader.load(Messenger.Maker.class, loader).findFirst();
    }

    private static List<URL> jars(Path folder) {
        List<URL> jars = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                    if (file.toString().endsWith(".jar")) {
                        jars.add(file.toUri().toURL());
                    }
                }
            } catch (IOException e) {
                throw WharfException.invalid("type kafka: its libraries cannot be read: " + e.getMessage());
            }
        }
        return jars;
    }
}
