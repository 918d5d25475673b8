package io.wharf.images.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.linux.Descent;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.RemoveTree;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Depth is a container's to make, times as many layers as its image has: descriptors are for all of them together. */
class DeepTreesTest {
    private static final int DEEP = 2000;
    private static final int LAYERS = 3;
    private static final int MOST = 700;

    private static Path top;
    private static Path upper;
    private static final List<String> LOWERS = new ArrayList<>();

    @BeforeAll
    static void make() throws IOException {
        top = Files.createTempDirectory(Path.of("/dev/shm"), "wharf-deep.");
        upper = deep("upper", "leaf");
        for (int i = 0; i < LAYERS; i++) {
            LOWERS.add(deep("lower" + i, "leaf" + i).toString());
        }
    }

    @AfterAll
    static void remove() {
        RemoveTree.at(top);
    }

    private static Path deep(String name, String leaf) throws IOException {
        Path root = Files.createDirectory(top.resolve(name));
        Fd at = Entries.open(root.toString(), Descent.FOLDER, 0);
        for (int i = 0; i < DEEP; i++) {
            Entries.makeDirectory(at.value(), "d", 0755);
            Fd next = Entries.openAt(at.value(), "d", Descent.FOLDER, 0);
            at.close();
            at = next;
        }
        Entries.makeNode(at.value(), leaf, FileStatus.S_IFIFO | 0644, 0);
        at.close();
        return root;
    }

    private static int descriptors() {
        return Directories.names("/proc/self/fd").size();
    }

    /** Counts descriptors from time to time. */
    private static final class Counting extends FilterOutputStream {
        private final int before = descriptors();
        private int writes;
        private int most;

        Counting(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            if (++writes % 50 == 0) {
                most = Math.max(most, descriptors() - before);
            }
        }
    }

    private interface Writer {
        void write(OutputStream out) throws IOException;
    }

    private static List<String> namesOf(Writer writer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Counting out = new Counting(bytes);
        writer.write(out);
        assertThat(out.most).isBetween(1, MOST);
        List<String> names = new ArrayList<>();
        TarReader reader = new TarReader(new ByteArrayInputStream(bytes.toByteArray()), null);
        for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
            names.add(entry.name());
        }
        return names;
    }

    @Test
    void writeUpper_holdsFewFolders() throws IOException {
        List<String> names = namesOf(out -> WriteUpper.run(upper, upper, out));
        assertThat(names).hasSize(DEEP + 1);
        assertThat(names.getLast()).isEqualTo("d/".repeat(DEEP) + "leaf");
    }

    @Test
    void writeChanges_ofTheDeepestFolder_writesTheWayThere() throws IOException {
        List<String> names = namesOf(out -> WriteChanges.run(upper, LOWERS, upper, out));
        assertThat(names).hasSize(DEEP + 1 + LAYERS);
        assertThat(names.subList(0, DEEP)).allMatch(name -> name.endsWith("d/"));
        assertThat(names.get(DEEP - 1)).isEqualTo("d/".repeat(DEEP));
        assertThat(names.subList(DEEP, DEEP + 1 + LAYERS))
                .containsExactlyInAnyOrder(
                        "d/".repeat(DEEP) + "leaf",
                        "d/".repeat(DEEP) + ".wh.leaf0",
                        "d/".repeat(DEEP) + ".wh.leaf1",
                        "d/".repeat(DEEP) + ".wh.leaf2");
        assertThat(WriteChanges.size(upper, LOWERS)).isZero();
        assertThat(TreeSize.of(upper)).isZero();
    }

    @Test
    void copyRoot_copiesToTheEnd() throws IOException {
        Path copy = Files.createDirectory(top.resolve("copy"));
        CopyRoot.run(LOWERS, Path.of(LOWERS.getFirst()), copy);
        try (Descent<Integer> way = Descent.from(copy.toString(), List.of(), 0)) {
            for (int i = 0; i < DEEP; i++) {
                way.enter("d", i);
            }
            assertThat(Directories.list(way.current().folder()))
                    .extracting(Directories.Entry::name)
                    .containsExactlyInAnyOrder("leaf0", "leaf1", "leaf2");
        }
    }
}
