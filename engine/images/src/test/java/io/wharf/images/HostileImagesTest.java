package io.wharf.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.images.HostileLayers.Case;
import io.wharf.images.Room.Tar;
import io.wharf.images.spec.MediaTypes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Archives and registries that mean harm, through import, load and pull: each is answered in words, nothing lies outside
 * of the store, and nothing is left in it; as root.
 */
class HostileImagesTest {
    private static Room room;
    private static FakeRegistry registry;

    @BeforeAll
    static void open() {
        io.vertx.core.Vertx vertx = io.vertx.core.Vertx.vertx();
        registry = new FakeRegistry(vertx, false, false);
        room = Room.open(List.of(registry.host()), List.of());
    }

    @AfterAll
    static void close() {
        registry.close();
        room.close();
    }

    /** What was put aside goes a little after the answer. */
    @AfterEach
    void nothingIsLeft() throws IOException {
        org.awaitility.Awaitility.await()
                .pollInterval(java.time.Duration.ofMillis(2))
                .untilAsserted(() -> {
                    try (var ingest = Files.list(room.layout.ingest());
                            var layers = Files.list(room.layout.layers())) {
                        assertThat(ingest).isEmpty();
                        assertThat(layers).isEmpty();
                    }
                });
        assertThat(Path.of("/tmp/wharf-escaped")).doesNotExist();
    }

    private void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable work, String words) {
        Throwable failure = catchThrowable(work);
        assertThat(failure).isNotNull();
        assertThat(failure).hasMessageContaining(words);
        // Not a fault of the engine's own.
        assertThat(failure)
                .isNotInstanceOfAny(NullPointerException.class, IndexOutOfBoundsException.class, Error.class);
    }

    @ParameterizedTest
    @MethodSource("io.wharf.images.HostileLayers#refused")
    void import_isRefused(Case hostile) {
        refused(() -> room.importTar(hostile.layer(), "hostile"), hostile.words());
    }

    @ParameterizedTest
    @MethodSource("io.wharf.images.HostileLayers#refused")
    void load_ofALayer_isRefused(Case hostile) {
        byte[] config = config(List.of(Digest.of(hostile.layer())));
        byte[] archive = new Tar()
                .file("config.json", new String(config, StandardCharsets.UTF_8))
                .add(io.wharf.tar.TarEntry.file("layer.tar", 0644, hostile.layer().length), hostile.layer())
                .file("manifest.json", "[{\"Config\":\"config.json\",\"RepoTags\":[],\"Layers\":[\"layer.tar\"]}]")
                .bytes();
        refused(() -> load(archive), hostile.words());
    }

    @ParameterizedTest
    @MethodSource("io.wharf.images.HostileLayers#refused")
    void pull_ofALayer_isRefused(Case hostile) {
        byte[] packed = FakeRegistry.gzip(hostile.layer());
        registry.image(
                "hostile",
                "amd64",
                MediaTypes.OCI_LAYER + "+gzip",
                List.of(packed),
                List.of(Digest.of(hostile.layer())));
        refused(() -> pull("hostile"), hostile.words().equals("unexpected EOF") ? "" : hostile.words());
    }

    @ParameterizedTest
    @MethodSource("io.wharf.images.HostileLayers#refused")
    void load_ofAnArchiveLikeThat_isRefused(Case hostile) {
        // What names things outside is nobody's business as long as nothing makes them.
        refused(() -> load(hostile.layer()), "");
    }

    @ParameterizedTest
    @MethodSource("io.wharf.images.HostileLayers#harmless")
    void import_keepsItInside(Case harmless) throws IOException {
        room.importTar(harmless.layer(), "harmless");
        try (var layers = Files.list(room.layout.layers())) {
            Path diff = layers.findFirst().orElseThrow().resolve("diff");
            assertThat(Files.exists(diff.resolve(harmless.words()), java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .isTrue();
            assertThat(io.wharf.linux.Xattrs.list(
                            io.wharf.linux.OpenFlags.AT_FDCWD,
                            diff.resolve(harmless.words()).toString()))
                    .isEmpty();
        }
        Room.await(room.images.remove("harmless", true, false));
    }

    private List<?> load(byte[] archive) {
        return room.watch(room.images.load(room.offer(archive), true));
    }

    private List<?> pull(String tag) {
        return room.watch(room.images.pull(new PullImage(registry.host() + "/app", tag, false, null, null)));
    }

    private static byte[] config(List<Digest> diffs) {
        return Json.writeBytes(
                Map.of("architecture", "amd64", "os", "linux", "rootfs", Map.of("type", "layers", "diff_ids", diffs)));
    }

    private static Stream<Case> refusedDocuments() {
        String deep = "[".repeat(100_000);
        String wide = "[" + "{},".repeat(600_000) + "{}]";
        String history =
                "{\"rootfs\":{\"diff_ids\":[]},\"history\":[" + "{\"created_by\":\"x\"},".repeat(200_000) + "{}]}";
        String layers = "{\"rootfs\":{\"diff_ids\":[" + ("\"" + Digest.of("x") + "\",").repeat(2_000) + "\"\"]}}";
        return Stream.of(
                new Case("nested", deep.getBytes(StandardCharsets.US_ASCII), "depth"),
                new Case("objects without end", wide.getBytes(StandardCharsets.US_ASCII), "oken"),
                new Case("absurd history", history.getBytes(StandardCharsets.US_ASCII), "more than"),
                new Case("thousands of layers", layers.getBytes(StandardCharsets.US_ASCII), "more than 500 layers"),
                new Case("text instead", "hello".getBytes(StandardCharsets.US_ASCII), "nvalid"),
                new Case("nothing", new byte[0], ""),
                new Case("a list", "[]".getBytes(StandardCharsets.US_ASCII), ""),
                new Case("null", "null".getBytes(StandardCharsets.US_ASCII), ""),
                new Case("no UTF-8", new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}, ""));
    }

    @ParameterizedTest
    @MethodSource("refusedDocuments")
    void load_ofAConfigLikeThat_isRefused(Case hostile) {
        byte[] archive = new Tar()
                .add(io.wharf.tar.TarEntry.file("c", 0644, hostile.layer().length), hostile.layer())
                .file("manifest.json", "[{\"Config\":\"c\",\"RepoTags\":[],\"Layers\":[]}]")
                .bytes();
        refused(() -> load(archive), hostile.words());
    }

    @ParameterizedTest
    @MethodSource("refusedDocuments")
    void load_ofAManifestLikeThat_isRefused(Case hostile) {
        if (List.of("a list", "absurd history").contains(hostile.name())) {
            return;
        }
        byte[] archive = new Tar()
                .add(io.wharf.tar.TarEntry.file("manifest.json", 0644, hostile.layer().length), hostile.layer())
                .bytes();
        Throwable failure = catchThrowable(() -> load(archive));
        if (failure != null) {
            assertThat(failure).isInstanceOf(WharfException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("refusedDocuments")
    void pull_ofAManifestLikeThat_isRefused(Case hostile) {
        registry.manifest("document", MediaTypes.OCI_MANIFEST, hostile.layer());
        refused(() -> pull("document"), "");
    }

    @ParameterizedTest
    @MethodSource("refusedDocuments")
    void pull_ofAConfigLikeThat_isRefused(Case hostile) {
        Digest config = registry.blob(hostile.layer());
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("schemaVersion", 2);
        manifest.put(
                "config", Map.of("mediaType", MediaTypes.OCI_CONFIG, "digest", config, "size", hostile.layer().length));
        manifest.put("layers", List.of());
        registry.manifest("config", MediaTypes.OCI_MANIFEST, Json.writeBytes(manifest));
        refused(() -> pull("config"), hostile.words());
    }

    @Test
    void pull_ofAManifestOf100Megabytes_isRefused() {
        registry.manifest("large", MediaTypes.OCI_MANIFEST, new byte[100_000_000]);
        refused(() -> pull("large"), "too l");
    }

    @Test
    void pull_ofAnIndexThatNamesAnIndex_isRefused() {
        byte[] inner =
                Json.writeBytes(Map.of("schemaVersion", 2, "mediaType", MediaTypes.OCI_INDEX, "manifests", List.of()));
        Digest digest = registry.manifest("inner", MediaTypes.OCI_INDEX, inner);
        var row = Map.of(
                "mediaType",
                MediaTypes.OCI_INDEX,
                "digest",
                digest,
                "size",
                inner.length,
                "platform",
                Map.of("os", "linux", "architecture", "amd64"));
        registry.manifest(
                "loop",
                MediaTypes.OCI_INDEX,
                Json.writeBytes(
                        Map.of("schemaVersion", 2, "mediaType", MediaTypes.OCI_INDEX, "manifests", List.of(row))));
        refused(() -> pull("loop"), "");
    }

    @Test
    void pull_ofADigestThatLies_isRefused() {
        byte[] other = "something else".getBytes(StandardCharsets.US_ASCII);
        Digest digest = registry.manifest("lie", MediaTypes.OCI_MANIFEST, "{}".getBytes(StandardCharsets.US_ASCII));
        registry.manifest("lie", MediaTypes.OCI_MANIFEST, other);
        refused(() -> pull(digest.toString()), "");
    }

    @Test
    void load_ofNamesWithoutEnd_isRefused() {
        RawTar tar = new RawTar();
        for (int i = 0; i < 2_500; i++) {
            tar.pax("path", "n".repeat(4_000) + i).file("a", "");
        }
        refused(() -> load(tar.bytes()), "names in it are too long");
    }

    @Test
    void load_ofManyLargeConfigs_isRefused() {
        Tar tar = new Tar();
        List<Object> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            tar.file("c" + i, "{\"rootfs\":{},\"author\":\"" + "x".repeat(1_500_000) + i + "\"}");
            rows.add(Map.of("Config", "c" + i, "RepoTags", List.of(), "Layers", List.of()));
        }
        tar.file("manifest.json", Json.write(rows));
        refused(() -> load(tar.bytes()), "too large");
    }

    @Test
    void load_ofIndexesWithinIndexes_isRefused() {
        Tar tar = new Tar();
        byte[] body = "{}".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 20; i++) {
            tar.add(io.wharf.tar.TarEntry.file("blobs/sha256/" + Digest.of(body).hex(), 0644, body.length), body);
            body = Json.writeBytes(Map.of("manifests", List.of(Map.of("digest", Digest.of(body), "size", 2))));
        }
        tar.add(io.wharf.tar.TarEntry.file("index.json", 0644, body.length), body);
        refused(() -> load(tar.bytes()), "indexes");
    }
}
