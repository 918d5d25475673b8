package io.wharf.tests;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;

/**
 * What an engine holds in the kernel and on disk: links, rules, mounts, files, processes, cgroups, descriptors.
 *
 * <p>Taken before the tests of a class and compared after them.
 */
final class Leaks {
    /** Databases grow and rotate, layers and volumes hold what containers wrote: their inside is not looked at. */
    private static final Pattern OPAQUE = Pattern.compile(".*\\.(db|db-wal|db-shm|log)|diff|work|merged|fs|_data|tmp");

    /** An id in a folder's name, of a container or one of its parts. */
    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

    private static final java.util.Set<String> KEPT = java.util.Set.of("downloads", ".snapshots", ".staging");

    private static final int DEPTH = 6;

    /**
     * The machine's own link in the set of those that the engine keeps apart: there from the first IPv6 network on, gone
     * after an orderly stop.
     */
    private static final String KEPT_APART = "elements = { \"wire\" }";

    private static final Duration REST = Duration.ofMillis(100);

    private final Map<String, List<String>> before;

    Leaks(Engine engine) {
        before = of(engine);
    }

    /** What there is once nothing more goes away by itself: what containers leave is cleared after their end is told. */
    static Leaks atRest(Engine engine) {
        Leaks[] last = {new Leaks(engine)};
        Awaitility.await()
                .pollDelay(REST)
                .pollInterval(REST)
                .atMost(Duration.ofSeconds(10))
                .until(() -> last[0].before.equals((last[0] = new Leaks(engine)).before));
        return last[0];
    }

    /** Waits a while for what ends by itself, then fails on any difference. */
    void assertNone(Engine engine) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> Assertions.assertThat(difference(before, of(engine)))
                        .as("left behind (+) and lost (-)")
                        .isEmpty());
    }

    private static List<String> difference(Map<String, List<String>> before, Map<String, List<String>> after) {
        List<String> lines = new ArrayList<>();
        before.forEach((kind, old) -> {
            List<String> now = new ArrayList<>(after.getOrDefault(kind, List.of()));
            for (String line : old) {
                if (!now.remove(line)) {
                    lines.add("- " + kind + ": " + line);
                }
            }
            now.forEach(line -> lines.add("+ " + kind + ": " + line));
        });
        return lines;
    }

    private static Map<String, List<String>> of(Engine engine) {
        Map<String, List<String>> found = new TreeMap<>();
        Machine machine = engine.machine();
        found.put(
                "link",
                machine.inHost("ip", "-br", "link").ok().lines().stream()
                        .map(line -> line.split("\\s+")[0])
                        .toList());
        found.put(
                "rule",
                machine.inHost("nft", "-s", "list", "ruleset").ok().lines().stream()
                        .filter(line -> !line.strip().equals(KEPT_APART))
                        .toList());
        String home = engine.home() + "/";
        found.put(
                "mount",
                Stream.of(engine.pid(), machine.holder())
                        .flatMap(pid -> Here.read(Path.of("/proc/" + pid + "/mountinfo"))
                                .lines())
                        .map(line -> line.split(" ")[4])
                        .filter(target -> target.startsWith(home))
                        .toList());
        // dockerd collects its namespace files later, and its descriptors when Go pleases.
        if (!Here.DOCKERD) {
            found.put(
                    "file",
                    Stream.concat(
                                    // As the machine sees it: a disk of its own may be mounted there.
                                    files(engine.dataRoot(), machine.seen(engine.dataRoot())).stream(),
                                    files(engine.execRoot(), engine.execRoot()).stream())
                            .toList());
            found.put("descriptor", descriptors(engine.pid()));
        }
        found.put(
                "process",
                OwnProcesses.of(engine.home()).stream()
                        .map(p -> p.arguments())
                        .sorted()
                        .toList());
        found.put("cgroup", cgroups(engine));
        return found;
    }

    /** What is in a folder that lies somewhere else for this JVM. */
    private static List<String> files(Path root, Path seen) {
        List<String> found = new ArrayList<>();
        try {
            Files.walkFileTree(seen, java.util.Set.of(), DEPTH, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                    // Made when first needed, and kept; what would be in it counts.
                    if (!KEPT.contains(dir.getFileName().toString())) {
                        found.add(root.resolve(seen.relativize(dir)).toString());
                    }
                    return OPAQUE.matcher(dir.getFileName().toString()).matches()
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (!OPAQUE.matcher(file.getFileName().toString()).matches()) {
                        found.add(root.resolve(seen.relativize(file)).toString());
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return found;
    }

    /** Control groups that bear the id of a container of this engine, as its log of events has them. */
    private static List<String> cgroups(Engine engine) {
        java.util.Set<String> ids = engine.seenContainers();
        List<String> found = new ArrayList<>();
        try {
            Files.walkFileTree(Path.of("/sys/fs/cgroup"), java.util.Set.of(), 6, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                    var id = ID.matcher(dir.getFileName().toString());
                    if (id.find() && ids.contains(id.group())) {
                        found.add(dir.toString());
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return found;
    }

    /** Open descriptors, each by what it is: numbers and inodes change, counts must not. */
    private static List<String> descriptors(long pid) {
        List<String> found = new ArrayList<>();
        // The JVM keeps one half of a socket pair for good once it has closed its first channel: it may be there or
        // not.
        java.util.Set<String> halves = new java.util.HashSet<>(anonymousUnixSockets(pid));
        // The engine's copy of the runtime is made with the first start, of which an engine that came back knows none.
        java.util.Set<String> copies = new java.util.HashSet<>();
        // Closed, the descriptor of who once read the past would take the writer's locks along: SQLite keeps it for the
        // next one.
        int[] databases = {0};
        try (Stream<Path> list = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            list.forEach(fd -> {
                try {
                    String target = Files.readSymbolicLink(fd).toString();
                    if (target.startsWith("/memfd:") && !target.contains("wharf-") && copies.add(target)) {
                        return;
                    }
                    if (halves.contains(target)) {
                        halves.clear();
                        return;
                    }
                    if (target.endsWith("/wharf.db") && ++databases[0] == 2) {
                        return;
                    }
                    found.add(target.replaceAll("\\[\\d+\\]", ""));
                } catch (IOException e) {
                    // Closed meanwhile.
                }
            });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return found.stream().sorted().toList();
    }

    /** Connected unix sockets without a name, as {@code socket:[inode]}. */
    private static List<String> anonymousUnixSockets(long pid) {
        return Here.read(Path.of("/proc/" + pid + "/net/unix"))
                .lines()
                .map(line -> line.trim().split("\\s+"))
                .filter(fields -> fields.length == 7 && fields[5].equals("03"))
                .map(fields -> "socket:[" + fields[6] + "]")
                .toList();
    }
}
