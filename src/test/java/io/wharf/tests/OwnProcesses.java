package io.wharf.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The processes of one engine: those that name its home in their arguments, and all that descend from them. */
final class OwnProcesses {
    /** A process: its id, its parent's, and its arguments with spaces between. */
    record One(long pid, long parent, String arguments) {}

    private OwnProcesses() {}

    static List<One> of(Path home) {
        List<One> all = all();
        Set<Long> own = new HashSet<>();
        // The client's processes name the socket only in their environment: they are not among these.
        all.stream().filter(p -> p.arguments.contains(home + "/")).forEach(p -> own.add(p.pid));
        boolean grown = true;
        while (grown) {
            grown = all.stream()
                            .filter(p -> own.contains(p.parent) && !own.contains(p.pid))
                            .peek(p -> own.add(p.pid))
                            .count()
                    > 0;
        }
        own.remove(ProcessHandle.current().pid());
        return all.stream().filter(p -> own.contains(p.pid)).toList();
    }

    static void killAll(Path home) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    List<One> left = of(home);
                    left.forEach(p -> ProcessHandle.of(p.pid).ifPresent(ProcessHandle::destroyForcibly));
                    return left.isEmpty();
                });
    }

    private static List<One> all() {
        List<One> found = new ArrayList<>();
        try (Stream<Path> proc = Files.list(Path.of("/proc"))) {
            for (Path dir : (Iterable<Path>) proc.filter(
                    p -> Character.isDigit(p.getFileName().toString().charAt(0)))::iterator) {
                try {
                    String stat = Files.readString(dir.resolve("stat"));
                    // The name may contain anything: fields are counted from its closing bracket.
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3);
                    if (fields[0].equals("Z")) {
                        continue;
                    }
                    found.add(new One(
                            Long.parseLong(dir.getFileName().toString()),
                            Long.parseLong(fields[1]),
                            Files.readString(dir.resolve("cmdline"), java.nio.charset.StandardCharsets.ISO_8859_1)
                                    .replace('\0', ' ')));
                } catch (IOException e) {
                    // Gone meanwhile.
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return found;
    }
}
