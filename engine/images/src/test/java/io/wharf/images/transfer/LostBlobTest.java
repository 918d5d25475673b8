package io.wharf.images.transfer;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.Digest;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.contracts.ImageService.PushImage;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.contracts.ImageSpaceOptions.Blobs;
import io.wharf.images.FakeRegistry;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import io.wharf.images.TakingRegistry;
import io.wharf.images.spec.MediaTypes;
import io.wharf.images.spec.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Layers whose packed bytes were dropped, when nothing makes them again. */
class LostBlobTest {
    private static final ImageSpaceOptions SPACE = new ImageSpaceOptions(Blobs.COMPACT, 10, null, null, 50);

    private Room room = Room.open(SPACE);

    @AfterEach
    void close() {
        room.close();
    }

    private List<Progress> push(String name) {
        return room.watch(room.images.push(new PushImage(name, "x", null)));
    }

    @Test
    void layer_isPackedAnewWhenThePackerHasChanged() throws IOException {
        byte[] tar =
                new Tar().folder("etc/").file("etc/text", "text ".repeat(5_000)).bytes();
        String source;
        Digest manifest;
        try (FakeRegistry registry = new FakeRegistry(room.vertx, false, false)) {
            source = registry.host() + "/app";
            manifest = registry.image(
                    "t",
                    Platform.HOST.architecture(),
                    MediaTypes.OCI_LAYER,
                    List.of(FakeRegistry.gzip(tar)),
                    List.of(Digest.of(tar)));
            room.watch(room.images.pull(new PullImage(source, "t", false, null, null)));
        }
        Awaitility.await()
                .until(() -> await(room.images.space()).blobsRemade() == 1
                        && await(room.images.space()).blobsWaiting() == 0);
        Awaitility.await().untilAsserted(() -> assertThat(room.layout.blobs()).isEmptyDirectory());
        // Other bytes come out from now on.
        await(room.store.write(tx -> {
            tx.update("UPDATE image_recipe SET recipe = replace(recipe, '1f8b0800', '1f8b0801')");
            return Boolean.TRUE;
        }));
        room.stop();
        room = room.next(SPACE);
        try (TakingRegistry target = new TakingRegistry(room.vertx)) {
            String name = target.host() + "/one";
            await(room.images.tag(source + ":t", name, "x"));
            List<Progress> lines = push(name);
            assertThat(lines)
                    .extracting(Progress::status)
                    .contains("Pushed")
                    .anyMatch(status -> String.valueOf(status).startsWith("Packed bytes cannot be made again"));
            String pushed = String.valueOf(lines.getLast().aux());
            assertThat(pushed).contains("Digest").doesNotContain(manifest.toString());
            assertThat(await(room.images.space()).blobsRemade()).isZero();
            // It is found out once.
            String other = target.host() + "/two";
            await(room.images.tag(source + ":t", other, "x"));
            target.blobs.clear();
            List<Progress> again = push(other);
            assertThat(again)
                    .extracting(Progress::status)
                    .noneMatch(status -> String.valueOf(status).startsWith("Packed bytes"));
            assertThat(again.getLast().aux()).hasToString(pushed);
            assertThat(room.drain(room.images.save(List.of(name + ":x")))).isNotEmpty();
            try (var left = Files.list(room.layout.ingest())) {
                assertThat(left).isEmpty();
            }
        }
    }
}
