package io.wharf.images.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.linux.Descent;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.RemoveTree;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarReader;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A container makes as many names in a folder as it likes, and the engine has room for some of them. */
class LargeFoldersTest {
    private static final int MANY = 60_000;
    private static final int DIGITS = 6;
    private static final String LONG = "n".repeat(190);
    /** All names together take twice as much. */
    private static final long MOST_BYTES = 12 << 20;

    private static Path top;
    private static Path large;

    @BeforeAll
    static void make() throws IOException {
        top = Files.createTempDirectory(Path.of("/dev/shm"), "wharf-large.");
        large = Files.createDirectory(top.resolve("large"));
        Files.writeString(Files.createDirectory(large.resolve("d")).resolve("first"), "0123456789");
        try (Fd folder = Entries.openDirectory(large.resolve("d").toString())) {
            for (int i = 0; i < MANY; i++) {
                Entries.link(folder.value(), "first", folder.value(), LONG + String.format("%06d", i));
            }
        }
    }

    @AfterAll
    static void remove() {
        RemoveTree.at(top);
    }

    private interface Writer {
        void write(OutputStream out) throws IOException;
    }

    /** Looks once, in the midst of the names, how much is in memory. */
    private static final class Measured extends FilterOutputStream {
        private final long before = used();
        private long written;
        private long more = -1;

        Measured(OutputStream out) {
            super(out);
        }

        private static long used() {
            System.gc();
            return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            written += length;
            if (more < 0 && written > 1 << 20) {
                more = used() - before;
            }
        }
    }

    /** The tar's other names, in their order. */
    private static List<String> namesOf(Writer writer) throws IOException {
        Path tar = Files.createTempFile(top, "tar", "");
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(tar));
                Measured out = new Measured(file)) {
            writer.write(out);
            assertThat(out.more).isNotNegative().isLessThan(MOST_BYTES);
        }
        List<String> others = new ArrayList<>();
        BitSet seen = new BitSet();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(tar))) {
            TarReader reader = new TarReader(in, null);
            for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
                String name = entry.name();
                if (!name.contains(LONG)) {
                    others.add(name);
                    continue;
                }
                int number = Integer.parseInt(name.substring(name.length() - DIGITS));
                assertThat(seen.get(number)).isFalse();
                seen.set(number);
            }
        }
        Files.delete(tar);
        assertThat(seen.cardinality()).isEqualTo(MANY);
        return others;
    }

    @Test
    void writeUpper_keepsSomeNamesAtATime() throws IOException {
        assertThat(namesOf(out -> WriteUpper.run(large, large, out))).containsExactlyInAnyOrder("d/", "d/first");
    }

    @Test
    void writeChanges_keepsSomeNamesAtATime() throws IOException {
        Path lower = Files.createDirectory(top.resolve("lower"));
        Files.createDirectory(lower.resolve("d"));
        for (String name : List.of("first", LONG + "000007", "gone")) {
            Files.writeString(lower.resolve("d").resolve(name), "old");
        }
        assertThat(namesOf(out -> WriteChanges.run(large, List.of(lower.toString()), large, out)))
                .containsExactlyInAnyOrder("d/", "d/first", "d/.wh.gone");
        assertThat(WriteChanges.size(large, List.of(lower.toString()))).isEqualTo(10);
    }

    @Test
    void treeSize_countsAFileOnceWhateverItsNames() {
        assertThat(TreeSize.of(large)).isEqualTo(10);
    }

    @Test
    void sortedNames_ofUsualFoldersComeInOrder() throws IOException {
        Path usual = Files.createDirectory(top.resolve("usual"));
        for (String name : List.of("b", "a", "é", "Z", "aa", "\ud83d\udea2", "\uff5e")) {
            Files.createFile(usual.resolve(name));
        }
        List<String> names = new ArrayList<>();
        SortedNames.Folder all = new SortedNames().folder();
        try (Descent<SortedNames.Folder> way = Descent.from(usual.toString(), List.of(), all)) {
            SortedNames.Wanted wanted = (source, name) -> !name.equals("aa");
            for (String name = all.next(way.current(), wanted); name != null; name = all.next(way.current(), wanted)) {
                names.add(name);
            }
        }
        assertThat(names).containsExactly("Z", "a", "b", "é", "\uff5e", "\ud83d\udea2");
    }
}
