package io.wharf.images.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.Digest;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import io.wharf.images.catalog.Layer;
import io.wharf.linux.Pools;
import io.wharf.tar.BlobRecipe;
import io.wharf.tar.TarEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the threads of a push share a layer. */
class PackLayerTest {
    @TempDir
    private Path folder;

    @Test
    void blocks_arePackedByThePoolToTheLast() throws IOException {
        byte[] content = new byte[20 * BlobRecipe.MEMBER];
        new Random(3).nextBytes(content);
        byte[] tar = new Tar()
                .add(TarEntry.file("random", 0644, content.length), content)
                .bytes();
        Path blob = Files.write(folder.resolve("blob"), tar);
        Digest diff = Digest.of(tar);
        LayerTar layer =
                new LayerTar(new Layer(diff, null, diff, content.length, tar.length), folder.resolve("layer"), blob);
        Path file = folder.resolve("packed");
        try (Pools pools = new Pools(1, 1)) {
            // Each block that is written waits until the pool has done what it was asked for.
            PackLayer.Packed packed = PackLayer.run(pools, layer, file, plain -> Room.await(pools.run(() -> {})));
            assertThat(packed.helped()).isGreaterThanOrEqualTo(18);
            assertThat(packed.digest()).isEqualTo(Digest.of(Files.readAllBytes(file)));
        }
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            assertThat(Digest.of(in.readAllBytes())).isEqualTo(diff);
        }
    }
}
