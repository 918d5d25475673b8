package io.wharf.images.layers;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.wharf.base.WharfException;
import io.wharf.linux.RemoveTree;
import io.wharf.tar.TarLimits;
import io.wharf.tar.TarReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Any tar unpacks inside its folder or is refused; what was unpacked gives the very same bytes again. As root. */
class UnpackTreeFuzz {
    private static final TarLimits LIMITS = TarLimits.of(Map.of("unpacked-size", "1m", "entries", "100"));

    @FuzzTest(maxDuration = "2m")
    void unpack(byte[] bytes) throws IOException {
        Path outer = Files.createTempDirectory(Path.of("/dev/shm"), "wharf-fuzz.");
        try {
            Path folder = Files.createDirectory(outer.resolve("layer"));
            boolean whole = false;
            try (TarSplitWriter split = new TarSplitWriter(folder);
                    UnpackTree tree = new UnpackTree(folder, split)) {
                tree.unpack(new TarReader(new ByteArrayInputStream(bytes), split, LIMITS));
                whole = true;
            } catch (WharfException | IOException refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
            try (var beside = Files.list(outer)) {
                assertThat(beside).containsExactly(folder);
            }
            if (whole) {
                ByteArrayOutputStream again = new ByteArrayOutputStream();
                new TarSplitReader(folder).writeTo(again);
                assertThat(again.toByteArray()).isEqualTo(bytes);
            }
        } finally {
            RemoveTree.at(outer);
        }
    }
}
