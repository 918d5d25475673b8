package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.linux.MountedTree.Part;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class MountedTreeTest {
    private final Mounts mounts = Mounts.real();
    private Path root = Path.of("/");
    private int before;

    @BeforeEach
    void makeFolders() throws Exception {
        root = Files.createTempDirectory(Path.of("/tmp"), "wharf-linux.");
        Files.createDirectories(root.resolve("merged/etc"));
        Files.createDirectories(root.resolve("volume/inner"));
        Files.writeString(root.resolve("volume/inner/file"), "in the volume");
        Files.writeString(root.resolve("merged/own"), "in the root");
        Files.createSymbolicLink(root.resolve("merged/link"), Path.of("/../../etc"));
        before = mounts.table().entries().size();
    }

    @AfterEach
    void clear() {
        assertThat(mounts.table().entries()).hasSize(before);
        RemoveTree.at(root);
    }

    private String read(Fd tree, String path) {
        try (Fd file = Entries.openBeneath(tree.value(), path, OpenFlags.O_RDONLY, 0)) {
            byte[] bytes = new byte[100];
            return new String(bytes, 0, file.read(bytes, 0, 100), StandardCharsets.UTF_8);
        }
    }

    @Test
    void of_mountsAreSeenThroughTheDescriptor_andNowhereElse() {
        try (Fd tree = MountedTree.of(
                root.resolve("merged").toString(),
                List.of(
                        new Part(root.resolve("volume").toString(), "/data/deep", false, true),
                        new Part(root.resolve("volume/inner/file").toString(), "/link/one", true, false),
                        new Part("", "/scratch", false, false)))) {
            assertThat(read(tree, "/data/deep/inner/file")).isEqualTo("in the volume");
            assertThat(read(tree, "/data/deep/inner/../../../own")).isEqualTo("in the root");
            assertThat(read(tree, "/etc/one")).isEqualTo("in the volume");
            assertThatThrownBy(() -> Entries.openBeneath(tree.value(), "/etc/one", OpenFlags.O_WRONLY, 0))
                    .hasMessageContaining("Read-only");
            Entries.openBeneath(tree.value(), "/scratch/x", OpenFlags.O_WRONLY | OpenFlags.O_CREAT, 0600)
                    .close();
            Entries.openBeneath(tree.value(), "/data/deep/new", OpenFlags.O_WRONLY | OpenFlags.O_CREAT, 0600)
                    .close();
        }
        assertThat(root.resolve("merged/data/deep/inner")).doesNotExist();
        assertThat(root.resolve("merged/scratch/x")).doesNotExist();
        assertThat(root.resolve("volume/new")).exists();
    }

    @Test
    void of_missingSource_saysSo() {
        assertThatThrownBy(() -> MountedTree.of(
                        root.resolve("merged").toString(),
                        List.of(new Part(root.resolve("nothing").toString(), "/x", false, true))))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("nothing");
    }
}
