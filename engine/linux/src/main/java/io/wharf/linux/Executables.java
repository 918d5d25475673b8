package io.wharf.linux;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds programs, as the engine's own PATH may lack what root's shell has. */
public final class Executables {
    private static final List<String> USUAL = List.of(
            "/usr/local/sbin",
            "/usr/local/bin",
            "/usr/sbin",
            "/usr/bin",
            "/sbin",
            "/bin",
            "/usr/libexec/wharf",
            "/usr/lib/wharf");

    private Executables() {}

    /** The absolute path of a program: an absolute name itself, else the first of PATH and the usual folders. */
    public static Optional<String> find(String name) {
        if (name.startsWith("/")) {
            return Optional.of(name).filter(Executables::isExecutable);
        }
        var path = System.getenv("PATH");
        var folders = path == null ? List.<String>of() : List.of(path.split(":"));
        return Stream.concat(folders.stream(), USUAL.stream())
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> folder + "/" + name)
                .filter(Executables::isExecutable)
                .findFirst();
    }

    private static boolean isExecutable(String path) {
        var file = Path.of(path);
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
