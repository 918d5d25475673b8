package io.wharf.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.linux.Attributes;
import io.wharf.linux.Directories;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Xattrs;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link WriteEntries} wrote, {@link PlaceEntries} makes again; as root. */
class PlaceEntriesTest {
    private Path outer = Path.of("/");

    @BeforeEach
    void make() throws IOException {
        outer = Files.createTempDirectory("wharf-tar.");
    }

    @AfterEach
    void remove() {
        RemoveTree.at(outer);
    }

    private byte[] write(Path folder) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WriteEntries entries = new WriteEntries(out);
        try (Fd in = Entries.open(folder.toString(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            for (String name : Directories.list(in).stream()
                    .map(Directories.Entry::name)
                    .sorted()
                    .toList()) {
                entries.entry(in, name, name, FileStatus.ofEntry(in.value(), name));
            }
        }
        entries.tar().finish();
        return out.toByteArray();
    }

    private void place(byte[] tar, Path folder) throws IOException {
        try (Fd root = Entries.openDirectory(folder.toString());
                ParentFolders parents = new ParentFolders(root)) {
            PlaceEntries entries =
                    new PlaceEntries(root, (in, name, path, there) -> RemoveTree.at(in.value(), name), null);
            TarReader reader = new TarReader(new ByteArrayInputStream(tar), null);
            for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
                String path = EntryPaths.clean(entry.name());
                int slash = path.lastIndexOf('/');
                entries.place(
                        parents.open(slash < 0 ? "" : path.substring(0, slash)),
                        path.substring(slash + 1),
                        path,
                        entry,
                        reader);
            }
            entries.applyTimes();
        }
    }

    @Test
    void place_makesWhatWasWritten() throws IOException {
        Path from = Files.createDirectory(outer.resolve("from"));
        Files.writeString(from.resolve("file"), "content");
        Files.createLink(from.resolve("hard"), from.resolve("file"));
        Files.createSymbolicLink(from.resolve("link"), Path.of("/nowhere"));
        Attributes.owner(OpenFlags.AT_FDCWD, from + "/file", 12, 34);
        Attributes.mode(OpenFlags.AT_FDCWD, from + "/file", 04751);
        Entries.makeNode(OpenFlags.AT_FDCWD, from + "/null", FileStatus.S_IFCHR | 0666, Entries.device(1, 3));
        byte[] capability = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        Xattrs.set(OpenFlags.AT_FDCWD, from + "/file", "security.capability", capability);
        Attributes.times(OpenFlags.AT_FDCWD, from + "/file", 1, 2, 3, 4);
        Path to = Files.createDirectory(outer.resolve("to"));
        Files.createDirectory(to.resolve("file"));
        place(write(from), to);
        FileStatus file = FileStatus.ofEntry(OpenFlags.AT_FDCWD, to + "/file");
        assertThat(file.permissions()).isEqualTo(04751);
        assertThat(file.uid()).isEqualTo(12);
        assertThat(file.links()).isEqualTo(2);
        assertThat(file.modifiedSeconds()).isEqualTo(3);
        assertThat(file.modifiedNanos()).isEqualTo(4);
        assertThat(Xattrs.get(OpenFlags.AT_FDCWD, to + "/file", "security.capability"))
                .hasValue(capability);
        assertThat(to.resolve("hard")).hasContent("content");
        assertThat(Files.readSymbolicLink(to.resolve("link"))).hasToString("/nowhere");
        assertThat(FileStatus.ofEntry(OpenFlags.AT_FDCWD, to + "/null").specialMinor())
                .isEqualTo(3);
    }

    @Test
    void clean_refusesWhatClimbsOut() {
        assertThat(EntryPaths.clean("/a//./b/../c/")).isEqualTo("a/c");
        assertThat(EntryPaths.clean("./")).isEmpty();
        assertThatThrownBy(() -> EntryPaths.clean("a/../../b")).hasMessageContaining("outside of the root");
    }
}
