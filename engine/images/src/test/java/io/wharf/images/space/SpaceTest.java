package io.wharf.images.space;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.contracts.CollectImages;
import io.wharf.contracts.Collected;
import io.wharf.contracts.Collected.CollectedImage;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService.CommitImage;
import io.wharf.contracts.ImageService.ImageSummary;
import io.wharf.contracts.ImageService.ListImages;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.contracts.ImageService.PushImage;
import io.wharf.contracts.ImageSpace;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.contracts.ImageSpaceOptions.Blobs;
import io.wharf.contracts.ImageSpaceOptions.Mark;
import io.wharf.images.FakeRegistry;
import io.wharf.images.FlakyRegistry;
import io.wharf.images.RealRegistry;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Layer;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.MediaTypes;
import io.wharf.tar.BlobRecipe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of the bytes of images when nobody looks. */
class SpaceTest {
    private static final long AT_ONCE = 10;

    private final Vertx vertx = Vertx.vertx();
    private Room room = Room.open(space(Blobs.COMPACT));

    @AfterEach
    void close() {
        room.close();
        await(vertx.close());
    }

    private static ImageSpaceOptions space(Blobs blobs) {
        return new ImageSpaceOptions(blobs, AT_ONCE, null, null, 50);
    }

    private static byte[] tar(String name) {
        return new Tar()
                .folder("./")
                .file("etc/" + name, name.repeat(5_000))
                .file("etc/.wh.gone", "")
                .file("empty", "")
                .link(io.wharf.tar.TarEntry.Kind.HARD_LINK, "again", "etc/" + name)
                .bytes();
    }

    private static byte[] go(byte[] tar) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] head = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};
        new BlobRecipe(BlobRecipe.Packer.GO, 6, Set.of(), head, new byte[0]).pack(out -> out.write(tar), packed);
        return packed.toByteArray();
    }

    /** Layers packed by Go, by Java, not at all, and in a way that nothing makes again. */
    private Map<String, byte[]> layers() throws IOException {
        byte[] odd = tar("odd");
        int half = odd.length / 2;
        return Map.of(
                "go",
                go(tar("go")),
                "java",
                FakeRegistry.gzip(tar("java")),
                "plain",
                tar("plain"),
                "odd",
                FakeRegistry.gzip(
                        java.util.Arrays.copyOf(odd, half), java.util.Arrays.copyOfRange(odd, half, odd.length)));
    }

    private Digest pull(FakeRegistry registry) throws IOException {
        Map<String, byte[]> layers = layers();
        List<String> names = List.of("go", "java", "plain", "odd");
        Digest digest = registry.image(
                "t",
                "amd64",
                MediaTypes.OCI_LAYER,
                names.stream()
                        .map(name -> Objects.requireNonNull(layers.get(name)))
                        .toList(),
                names.stream().map(name -> Digest.of(tar(name))).toList());
        room.watch(room.images.pull(new PullImage(registry.host() + "/app", "t", false, null, null)));
        return digest;
    }

    private ImageSpace settled() {
        Awaitility.await().until(() -> await(room.images.space()).blobsWaiting() == 0);
        return await(room.images.space());
    }

    private long blobFiles() throws IOException {
        try (var files = Files.list(room.layout.blobs())) {
            return files.count();
        }
    }

    @Test
    void blobs_thatCanBeMadeAgainGoAndComeBackByteByByte() throws IOException {
        try (FakeRegistry source = new FakeRegistry(vertx, false, false);
                RealRegistry target = RealRegistry.open()) {
            Digest manifest = pull(source);
            ImageSpace space = settled();
            assertThat(space.blobsRemade()).isEqualTo(3);
            assertThat(space.blobsKept()).isEqualTo(1);
            Awaitility.await().until(() -> blobFiles() == 1);
            // What was found out lasts.
            room.stop();
            room = room.next(space(Blobs.COMPACT));
            assertThat(settled()).isEqualTo(space);
            String name = target.host() + "/other/app";
            await(room.images.tag(source.host() + "/app:t", name, "x"));
            var lines = room.watch(room.images.push(new PushImage(name, "x", null)));
            assertThat(String.valueOf(lines.getLast().aux())).contains(manifest.toString());
            assertThat(room.drain(room.images.save(List.of(name + ":x")))).isNotEmpty();
            try (Room other = Room.open(space(Blobs.KEEP))) {
                other.watch(other.images.pull(new PullImage(name, "x", false, null, null)));
                assertThat(await(other.images.space()).blobsKept()).isEqualTo(4);
                assertThat(await(other.images.inspect(name + ":x")).repoDigests())
                        .containsExactly(name + "@" + manifest);
            }
            await(room.images.remove(name + ":x", false, false));
            await(room.images.remove(source.host() + "/app:t", false, false));
            assertThat(await(room.images.space()).blobsRemade()).isZero();
            Awaitility.await().until(() -> blobFiles() == 0);
            try (FakeRegistry again = new FakeRegistry(vertx, false, false)) {
                pull(again);
                assertThat(settled().blobsRemade()).isEqualTo(3);
            }
        }
    }

    @Test
    void blobs_thatNothingMakesAgainGoWhereThatIsWanted() throws IOException {
        try (FakeRegistry source = new FakeRegistry(vertx, false, false);
                RealRegistry target = RealRegistry.open()) {
            Digest manifest = pull(source);
            assertThat(settled().blobsKept()).isEqualTo(1);
            room.stop();
            room = room.next(space(Blobs.DROP));
            Awaitility.await().until(() -> blobFiles() == 0);
            assertThat(await(room.images.space()).blobsKept()).isZero();
            String name = target.host() + "/other/app";
            await(room.images.tag(source.host() + "/app:t", name, "x"));
            var lines = room.watch(room.images.push(new PushImage(name, "x", null)));
            assertThat(String.valueOf(lines.getLast().aux())).doesNotContain(manifest.toString());
        }
    }

    @Test
    void blob_ofALayerThatWasChangedStays() throws IOException {
        room.stop();
        room = room.next(space(Blobs.KEEP));
        try (FakeRegistry source = new FakeRegistry(vertx, false, false)) {
            pull(source);
            Digest chain = Digest.of(tar("go"));
            Path file = room.layout.layers().resolve(chain.hex()).resolve("diff/etc/go");
            Files.writeString(file, "x".repeat((int) Files.size(file)));
            room.stop();
            room = room.next(space(Blobs.COMPACT));
            ImageSpace space = settled();
            assertThat(space.blobsRemade()).isEqualTo(2);
            assertThat(room.layout.blobs().resolve(Digest.of(go(tar("go"))).hex()))
                    .exists();
        }
    }

    @Test
    void collect_takesTheLongestUnusedAndSparesWhatIsPinnedOrUsed() {
        String old = room.importTar(new Tar().file("a", "1".repeat(100)).bytes(), "old");
        String pinned = room.importTar(new Tar().file("b", "2").bytes(), "pinned");
        String used = room.importTar(new Tar().file("c", "3").bytes(), "used");
        String recent = room.importTar(new Tar().file("d", "4".repeat(50)).bytes(), "recent");
        await(room.images.pin("pinned", true));
        await(room.images.createLayer("container", Digest.parse(used), Map.of()));
        Collected planned = await(room.images.collect(new CollectImages(true, "100000TB")));
        assertThat(planned.images()).extracting(CollectedImage::id).containsExactly(old, recent);
        assertThat(planned.images()).extracting(CollectedImage::size).containsExactly(100L, 50L);
        assertThat(planned.reached()).isFalse();
        assertThat(await(room.images.inspect("old")).id()).isEqualTo(old);
        assertThat(await(room.images.collect(new CollectImages(false, "0B"))).images())
                .isEmpty();
        Collected done = await(room.images.collect(new CollectImages(false, "100000TB")));
        assertThat(done.images()).isEqualTo(planned.images());
        assertThat(await(room.images.list(new ListImages(true, false, false, Filters.NONE))))
                .extracting(ImageSummary::id)
                .containsExactlyInAnyOrder(pinned, used);
        assertThat(room.events)
                .filteredOn(event -> event.action().equals("delete"))
                .hasSize(2)
                .allMatch(event -> "collector".equals(event.attributes().get("reason")));
        // A prune spares it too, and a removal by name does not.
        await(room.images.prune(new Filters(Map.of("dangling", List.of("false")))));
        assertThat(await(room.images.space()).pinned()).containsExactly(pinned);
        await(room.images.remove("pinned", false, false));
        assertThat(await(room.images.space()).pinned()).isEmpty();
        assertThatThrownBy(() -> await(room.images.collect(new CollectImages(false, null))))
                .hasMessageContaining("a low mark is wanted");
        await(room.images.removeLayer("container"));
    }

    @Test
    void collect_takesWhatOthersStandOnAfterThem() {
        String base = room.importTar(new Tar().file("a", "1".repeat(100)).bytes(), "base");
        await(room.images.createLayer("one", Digest.parse(base), Map.of()));
        String child = await(room.images.commit(new CommitImage(
                        "one", Digest.parse(base), ImageConfig.NO_CONFIG, "child", "1", null, null, List.of())))
                .toString();
        await(room.images.removeLayer("one"));
        Collected done = await(room.images.collect(new CollectImages(false, "100000TB")));
        assertThat(done.images()).extracting(CollectedImage::id).containsExactly(child, base);
        assertThat(room.events)
                .filteredOn(event -> event.action().equals("delete"))
                .hasSize(2);
        assertThat(await(room.images.facts()).layersSize()).isZero();
    }

    @Test
    void collector_worksByItselfBeyondItsMark() {
        room.importTar(new Tar().file("a", "1").bytes(), "app");
        room.stop();
        room = room.next(new ImageSpaceOptions(Blobs.KEEP, AT_ONCE, Mark.parse("90000TB"), Mark.parse("100000TB"), 20));
        Awaitility.await()
                .until(() -> await(room.images.list(new ListImages(true, false, false, Filters.NONE)))
                        .isEmpty());
    }

    @Test
    void collectAndSweep_leaveWhatIsBeingPulled() throws IOException {
        byte[] shared = tar("shared");
        byte[] late = tar("late");
        try (FlakyRegistry registry = new FlakyRegistry(vertx)) {
            registry.image("a", shared);
            registry.image("b", shared, late);
            String app = registry.host() + "/app";
            room.stop();
            room = room.next(new ImageSpaceOptions(Blobs.KEEP, AT_ONCE, null, null, 2));
            room.watch(room.images.pull(new PullImage(app, "a", false, null, null)));
            Files.createDirectories(room.layout.downloads());
            // An older engine left a beginning, which this pull goes on with.
            Path begun =
                    Files.write(room.layout.downloads().resolve(Digest.of(late).hex()), Arrays.copyOf(late, 600));
            Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
            registry.mood((self, request) -> {
                if (!request.path().contains(Digest.of(late).toString())) {
                    return false;
                }
                waiting.add(() -> self.serve(request, Integer.MAX_VALUE));
                return true;
            });
            var lines = room.handles
                    .take(await(room.images.pull(new PullImage(app, "b", false, null, null))))
                    .test();
            Awaitility.await().until(() -> !waiting.isEmpty());
            makeOld(begun);
            Path abandoned = room.layout.downloads().resolve(Digest.of(shared).hex());
            makeOld(Files.write(abandoned, shared));
            assertThat(await(room.images.collect(new CollectImages(false, "100000TB")))
                            .images())
                    .isEmpty();
            await(room.images.remove(app + ":a", true, false));
            Awaitility.await().until(() -> !Files.exists(abandoned));
            assertThat(begun).exists();
            assertThat(room.layout.blobs().resolve(Digest.of(shared).hex())).exists();
            waiting.forEach(Runnable::run);
            Awaitility.await().untilAsserted(lines::assertComplete);
            assertThat(registry.asked(Digest.of(late)).getLast()).endsWith("bytes=600-");
            assertThat(registry.asked(Digest.of(shared))).hasSize(1);
            assertThat(await(room.images.space()).blobsKept()).isEqualTo(2);
            assertThat(blobFiles()).isEqualTo(2);
        }
    }

    private static void makeOld(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    }

    /** Two images that have one blob in layers at different places: one comes while the other goes. */
    @Test
    void blob_ofAnImageThatGoes_staysForOneThatComes() throws IOException {
        byte[] shared = tar("shared");
        byte[] below = tar("below");
        byte[] late = tar("late");
        try (FlakyRegistry registry = new FlakyRegistry(vertx)) {
            registry.image("a", shared);
            registry.image("b", below, shared, late);
            String app = registry.host() + "/app";
            room.stop();
            room = room.next(new ImageSpaceOptions(Blobs.KEEP, AT_ONCE, null, null, 2));
            room.watch(room.images.pull(new PullImage(app, "a", false, null, null)));
            Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
            registry.mood((self, request) -> {
                if (!request.path().contains(Digest.of(late).toString())) {
                    return false;
                }
                waiting.add(() -> self.serve(request, Integer.MAX_VALUE));
                return true;
            });
            var lines = room.handles
                    .take(await(room.images.pull(new PullImage(app, "b", false, null, null))))
                    .test();
            Path folder = room.layout
                    .layers()
                    .resolve(Layer.chain(Layer.chain(null, Digest.of(below)), Digest.of(shared))
                            .hex());
            Awaitility.await().until(() -> !waiting.isEmpty() && Files.exists(folder));
            await(room.images.remove(app + ":a", true, false));
            waiting.forEach(Runnable::run);
            Awaitility.await().untilAsserted(lines::assertComplete);
            assertThat(await(room.images.space()).blobsKept()).isEqualTo(3);
            assertThat(blobFiles()).isEqualTo(3);
        }
    }

    @Test
    void start_removesLayersThatNoImageHas() throws IOException {
        String id = room.importTar(new Tar().file("a", "1").bytes(), "app");
        await(room.store.write(tx -> {
            ImageTable.deleteImage(tx, Digest.parse(id));
            return Boolean.TRUE;
        }));
        room.stop();
        room = room.next(space(Blobs.COMPACT));
        assertThat(await(room.images.facts()).layersSize()).isZero();
        Awaitility.await().until(() -> {
            try (var left = Files.list(room.layout.layers())) {
                return left.findAny().isEmpty();
            }
        });
    }

    @Test
    void mark_isReadInBothForms() {
        assertThat(Mark.parse("80%").missing(1000, 100)).isEqualTo(100);
        assertThat(Mark.parse("80%").missing(1000, 300)).isZero();
        assertThat(Mark.parse("2 kB").missing(10_000, 500)).isEqualTo(1500);
        assertThatThrownBy(() -> Mark.parse("often")).hasMessageContaining("invalid mark");
        assertThatThrownBy(() -> new ImageSpaceOptions(Blobs.KEEP, 1, Mark.parse("80%"), Mark.parse("90%"), 1))
                .hasMessageContaining("must leave more room");
    }
}
