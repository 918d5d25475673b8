package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DescentTest {
    private static final int DEEP = 2000;
    private static final int LAYERS = 4;
    private static final int MOST = 700;

    private Path top = Path.of("/");

    @BeforeEach
    void make() throws IOException {
        top = Files.createTempDirectory(Path.of("/dev/shm"), "wharf-descent.");
    }

    @AfterEach
    void remove() {
        RemoveTree.at(top);
    }

    /** Folders {@code d}, one in the other, each with a file beside it. */
    static void deep(Path root, int depth) throws IOException {
        Files.createDirectories(root);
        Fd at = Entries.open(root.toString(), Descent.FOLDER, 0);
        for (int i = 0; i < depth; i++) {
            Entries.makeNode(at.value(), "f", FileStatus.S_IFREG | 0644, 0);
            Entries.makeDirectory(at.value(), "d", 0755);
            Fd next = Entries.openAt(at.value(), "d", Descent.FOLDER, 0);
            at.close();
            at = next;
        }
        at.close();
    }

    private static int descriptors() {
        return Directories.names("/proc/self/fd").size();
    }

    /** Reads as few names at a time as can be, so that listings stand in the middle when the way goes down. */
    private static final class Listing {
        final Deque<String> names = new ArrayDeque<>();
        boolean ended;
    }

    private static String next(Descent.Step<Listing> step) {
        Listing listing = step.kept();
        while (listing.names.isEmpty() && !listing.ended) {
            List<Directories.Entry> some = new ArrayList<>();
            listing.ended = !Directories.readSome(step.folder(), some, 32);
            some.forEach(entry -> listing.names.add(entry.name()));
        }
        return listing.names.isEmpty() ? "" : listing.names.remove();
    }

    @Test
    void leave_ofAWayDeeperThanIsOpen_goesOnWhereEachFolderStood() throws IOException {
        List<String> layers = new ArrayList<>();
        for (int i = 0; i < LAYERS; i++) {
            Path layer = top.resolve("layer" + i);
            // The upper ones end early: they are opened again without a folder below that is theirs.
            deep(layer, DEEP / (LAYERS - i));
            layers.add(layer.toString());
        }
        Path root = top.resolve("root");
        deep(root, DEEP);
        int before = descriptors();
        int files = 0;
        int deepest = 0;
        try (Descent<Listing> way = Descent.from(root.toString(), layers, new Listing())) {
            while (way.depth() > 0) {
                deepest = Math.max(deepest, way.depth());
                String name = next(way.current());
                if (name.isEmpty()) {
                    int depth = way.depth() - 1;
                    assertThat(way.path()).hasSize(2 * depth);
                    assertThat(way.current().lowers().folders()).hasSize((int)
                            java.util.stream.IntStream.range(0, LAYERS)
                                    .filter(i -> DEEP / (LAYERS - i) >= depth)
                                    .count());
                    way.leave();
                } else if (name.equals("d")) {
                    way.enter(name, new Listing());
                    if (way.depth() % 500 == 0) {
                        assertThat(descriptors() - before).isLessThan(MOST);
                    }
                } else {
                    files++;
                }
            }
        }
        assertThat(deepest).isEqualTo(DEEP + 1);
        assertThat(files).isEqualTo(DEEP);
        assertThat(descriptors()).isLessThanOrEqualTo(before);
    }

    @Test
    void leave_intoAFolderThatWasMovedAway_goesOnAboveIt() throws IOException {
        Path root = top.resolve("root");
        Path outside = Files.createDirectory(top.resolve("outside"));
        Files.createFile(outside.resolve("secret"));
        deep(root, DEEP);
        List<String> seen = new ArrayList<>();
        try (Descent<Listing> way = Descent.from(root.toString(), List.of(), new Listing())) {
            for (int i = 0; i < DEEP; i++) {
                way.enter("d", new Listing());
            }
            Files.move(root.resolve("d/d"), outside.resolve("moved"));
            Files.createSymbolicLink(root.resolve("d/d"), outside);
            while (way.depth() > 0) {
                for (String name = next(way.current()); !name.isEmpty(); name = next(way.current())) {
                    seen.add(way.path(name));
                }
                way.leave();
            }
        }
        assertThat(seen).contains("d/f", "f").noneMatch(path -> path.contains("secret"));
        // Those that were closed when they moved are not to be found by their paths, but from below they are.
        assertThat(seen.stream().filter(path -> path.endsWith("f")).count()).isBetween(500L, (long) DEEP);
    }

    @Test
    void visit_showsFoldersByTheOnesAround() throws IOException {
        Path root = top.resolve("root");
        deep(root, DEEP);
        List<String> paths = new ArrayList<>();
        try (Descent<Integer> way = Descent.from(root.toString(), List.of(), 0)) {
            for (int i = 1; i <= DEEP; i++) {
                way.enter("d", i);
            }
            way.visit(DEEP / 2, (in, name, path, kept) -> {
                assertThat(FileStatus.ofEntry(in.value(), name).isDirectory()).isTrue();
                assertThat(path).hasSize(2 * kept - 1);
                paths.add(path);
            });
            assertThat(paths).hasSize(DEEP / 2 + 1);
            assertThat(paths.getLast() + "/").isEqualTo(way.path());
            way.visit(DEEP + 1, (in, name, path, kept) -> paths.add("more"));
        }
        assertThat(paths).doesNotContain("more");
    }

    @Test
    void enter_beyondAnyUsefulPath_isRefused() throws IOException {
        Path root = top.resolve("root");
        String name = "n".repeat(250);
        Files.createDirectories(root);
        try (Descent<Integer> way = Descent.from(root.toString(), List.of(), 0)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            Entries.makeDirectory(way.current().folder().value(), name, 0755);
                            way.enter(name, i);
                        }
                    })
                    .isInstanceOfSatisfying(
                            LinuxException.class,
                            e -> assertThat(e.is(Errno.ENAMETOOLONG)).isTrue());
        }
    }

    @Test
    void removeTree_ofADeepTreeTakesFewDescriptors() throws Exception {
        Path deep = top.resolve("deep");
        deep(deep, 5 * DEEP);
        int[] most = new int[1];
        Thread watch = Thread.ofPlatform().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                most[0] = Math.max(most[0], descriptors());
            }
        });
        int before = descriptors();
        RemoveTree.at(deep);
        watch.interrupt();
        watch.join();
        assertThat(deep).doesNotExist();
        assertThat(most[0] - before).isLessThan(100);
    }
}
