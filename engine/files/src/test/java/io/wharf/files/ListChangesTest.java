package io.wharf.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.wharf.contracts.FileView;
import io.wharf.contracts.ImageService.LayerFolders;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Xattrs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Layers as overlayfs leaves them; as root. */
class ListChangesTest {
    private static final Pattern CHANGE = Pattern.compile("\\{\"Path\":\"([^\"]*)\",\"Kind\":([0-2])}");
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY;

    private Path outer = Path.of("/");
    private Path upper = outer;
    private Path middle = outer;
    private Path bottom = outer;

    @BeforeEach
    void make() throws IOException {
        outer = Files.createTempDirectory(Path.of("/dev/shm"), "wharf-changes.");
        upper = Files.createDirectory(outer.resolve("upper"));
        middle = Files.createDirectory(outer.resolve("middle"));
        bottom = Files.createDirectory(outer.resolve("bottom"));
    }

    @AfterEach
    void remove() {
        RemoveTree.at(outer);
    }

    private record View(LayerFolders layers) implements FileView {
        @Override
        public String containerId() {
            return "one";
        }

        @Override
        public int root() {
            return -1;
        }

        @Override
        public boolean readOnlyRoot() {
            return false;
        }

        @Override
        public List<Place> places() {
            return List.of();
        }

        @Override
        public String user() {
            return "";
        }

        @Override
        public boolean isRevoked() {
            return false;
        }

        @Override
        public void close() {}
    }

    /** Kind and path of each, in order. */
    private List<String> changes() {
        ListChanges list = ListChanges.of(
                new View(new LayerFolders(upper.toString(), List.of(middle.toString(), bottom.toString()), false)));
        StringBuilder json = new StringBuilder();
        try {
            for (ByteBuf part = list.next(); part != null; part = list.next()) {
                json.append(part.toString(StandardCharsets.UTF_8));
                part.release();
            }
        } finally {
            list.close();
        }
        List<String> found = new ArrayList<>();
        Matcher change = CHANGE.matcher(json);
        while (change.find()) {
            found.add(change.group(2) + change.group(1));
        }
        return found;
    }

    private static void whiteout(Path folder, String name) {
        try (Fd in = Entries.open(folder.toString(), FOLDER, 0)) {
            Entries.makeNode(in.value(), name, FileStatus.S_IFCHR, 0);
        }
    }

    @Test
    void next_ofAFolderMadeAnew_tellsOnceOfWhatShoneThrough() throws IOException {
        Path anew = Files.createDirectory(upper.resolve("anew"));
        try (Fd folder = Entries.open(anew.toString(), FOLDER, 0)) {
            Xattrs.set(folder, "trusted.overlay.opaque", new byte[] {'y'});
        }
        Files.createFile(anew.resolve("both"));
        for (Path layer : List.of(middle, bottom)) {
            Files.createDirectory(layer.resolve("anew"));
            Files.createFile(layer.resolve("anew/both"));
            Files.createFile(layer.resolve("anew/twice"));
        }
        Files.createFile(bottom.resolve("anew/again"));
        Files.createFile(bottom.resolve("anew/gone before"));
        whiteout(middle.resolve("anew"), "gone before");
        assertThat(changes().stream().map(change -> change.substring(1)))
                .containsExactly("/anew", "/anew/again", "/anew/both", "/anew/twice");
        assertThat(changes()).contains("2/anew/again", "2/anew/twice");
    }

    @Test
    void next_ofMoreNamesThanAreKept_tellsOfEachOnce() throws IOException {
        for (int number = 0; number < 9000; number++) {
            Files.createFile(upper.resolve("name " + number));
        }
        assertThat(changes()).hasSize(9000).doesNotHaveDuplicates();
    }

    /** Each level's path is kept: with no bound to it, a container could fill the engine's memory. */
    @Test
    void next_ofMarksInTheFormOfTars_tellsWhatACommitMakesOfThem() throws IOException {
        Files.createFile(bottom.resolve("gone"));
        Files.createFile(upper.resolve(".wh.gone"));
        Files.createFile(upper.resolve(".wh.never"));
        Files.createFile(upper.resolve(".wh..wh..opq"));
        Files.writeString(upper.resolve(".wh.full"), "a file of the container's own");
        assertThat(changes()).containsExactly("1/.wh.full", "2/gone");
    }

    @Test
    void next_deeperThanAnyPath_endsThere() {
        String name = "d".repeat(255);
        Fd in = Entries.open(upper.toString(), FOLDER, 0);
        for (int level = 0; level < 100; level++) {
            Entries.makeDirectory(in.value(), name, 0755);
            Fd next = Entries.openAt(in.value(), name, FOLDER, 0);
            in.close();
            in = next;
        }
        in.close();
        assertThat(changes()).hasSize(16).allMatch(change -> change.length() <= 1 + 4096);
    }
}
