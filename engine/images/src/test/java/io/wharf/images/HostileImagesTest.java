package io.wharf.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.images.Room.Tar;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

    private record Case(String name, byte[] layer, String words) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Case> refusedLayers() {
        String up = "../".repeat(20) + "tmp/wharf-escaped";
        byte[] negative = new byte[12];
        Arrays.fill(negative, (byte) 0xff);
        byte[] huge = new byte[12];
        huge[0] = (byte) 0x80;
        huge[1] = 1;
        byte[] sparse = new byte[512];
        RawTar.put(sparse, 0, "holes");
        RawTar.put(sparse, 124, "00000000000");
        sparse[156] = 'S';
        RawTar.put(sparse, 257, "ustar  ");
        RawTar.put(sparse, 386, "00000000000");
        RawTar.put(sparse, 398, "00000000000");
        sparse[482] = 1;
        sparse[483] = '1';
        RawTar pieces = new RawTar().sealed(sparse);
        byte[] more = new byte[512];
        for (int i = 0; i < 21; i++) {
            RawTar.put(more, i * 24, "00000000000");
            RawTar.put(more, i * 24 + 12, "00000000000");
        }
        more[504] = 1;
        for (int i = 0; i < 7_000; i++) {
            pieces.raw(more);
        }
        RawTar endless = new RawTar();
        for (int i = 0; i < 500; i++) {
            endless.entry("././@LongLink", 'L', "", 5)
                    .raw("name".getBytes(StandardCharsets.US_ASCII))
                    .pad();
        }
        return Stream.of(
                new Case("climbs out", new RawTar().file(up, "x").bytes(), "outside of the root"),
                new Case(
                        "climbs out in a pax name",
                        new RawTar().pax("path", up).file("a", "x").bytes(),
                        "outside"),
                new Case(
                        "hard link that climbs out",
                        new RawTar().link("a", '1', up).bytes(),
                        "outside of the root"),
                new Case(
                        "hard link to nothing",
                        new RawTar().link("a", '1', "etc/passwd").bytes(),
                        "failed to extract"),
                new Case(
                        "zero in a name",
                        new RawTar().pax("path", "a\0b").file("a", "x").bytes(),
                        "invalid tar header"),
                new Case(
                        "zero in a link",
                        new RawTar().pax("linkpath", "a\0b").link("a", '2', "x").bytes(),
                        "invalid tar header"),
                new Case(
                        "long part of a name",
                        new RawTar().pax("path", "n".repeat(300)).file("a", "").bytes(),
                        "too long"),
                new Case(
                        "long name",
                        new RawTar()
                                .pax("path", "n/".repeat(3_000) + "n")
                                .file("a", "")
                                .bytes(),
                        "longer than 4095"),
                new Case(
                        "a megabyte of link",
                        new RawTar()
                                .pax("linkpath", "n".repeat(900_000))
                                .link("a", '2', "")
                                .bytes(),
                        "longer than 4095"),
                new Case(
                        "negative size",
                        new RawTar().entry("a", '0', "", negative).bytes(),
                        "invalid tar header"),
                new Case(
                        "size beyond 64 bits",
                        new RawTar().entry("a", '0', "", huge).bytes(),
                        "invalid tar header"),
                new Case(
                        "negative size in pax",
                        new RawTar().pax("size", "-5").file("a", "").bytes(),
                        "invalid tar header"),
                new Case(
                        "size of the whole disk",
                        new RawTar().pax("size", "1000000000000").file("a", "").bytes(),
                        "unpacked-size"),
                new Case(
                        "pax header of 1 GB",
                        new RawTar()
                                .entry("pax", 'x', "", 1 << 30)
                                .raw(new byte[4096])
                                .bytes(),
                        "invalid tar header"),
                new Case(
                        "long name of 1 GB",
                        new RawTar()
                                .entry("././@LongLink", 'L', "", 1 << 30)
                                .raw(new byte[4096])
                                .bytes(),
                        "invalid tar header"),
                new Case("long names without end", endless.bytes(), "invalid tar header"),
                new Case("sparse map of 147,000 pieces", pieces.bytes(), "invalid tar header"),
                new Case(
                        "sparse map in pax without end",
                        new RawTar()
                                .pax("GNU.sparse.map", "0,0,".repeat(200_000) + "0,0")
                                .file("a", "")
                                .bytes(),
                        "invalid tar header"),
                new Case(
                        "sparse file of negative size",
                        new RawTar()
                                .pax("GNU.sparse.map", "0,0")
                                .pax("GNU.sparse.size", "-1")
                                .file("a", "")
                                .bytes(),
                        "invalid tar header"),
                new Case(
                        "attributes of a megabyte",
                        new RawTar()
                                .pax("SCHILY.xattr.user.a", "v".repeat(900_000))
                                .file("a", "")
                                .bytes(),
                        "xattr-size"),
                new Case("unknown kind", new RawTar().entry("a", 'Z', "", 0).bytes(), "unhandled tar header type"),
                new Case("cut off", Arrays.copyOf(new RawTar().file("a", "xyz").bytes(), 514), "unexpected EOF"),
                new Case("no tar at all", "x".repeat(5_000).getBytes(StandardCharsets.US_ASCII), "invalid tar header"),
                new Case("whiteout of nothing", new RawTar().file(".wh.", "").bytes(), "invalid whiteout"),
                new Case(
                        "whiteout that climbs",
                        new RawTar().file("a/.wh...", "").bytes(),
                        "invalid whiteout"),
                new Case(
                        "links in a circle",
                        new RawTar()
                                .link("a", '2', "b")
                                .link("b", '2', "a")
                                .file("a/c", "x")
                                .bytes(),
                        "failed to extract"),
                new Case(
                        "packed bytes that are none",
                        new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6},
                        ""));
    }

    /** What is let in, and stays inside. */
    private static Stream<Case> harmlessLayers() {
        return Stream.of(
                new Case(
                        "absolute name",
                        new RawTar().file("/tmp/wharf-escaped", "x").bytes(),
                        "tmp/wharf-escaped"),
                new Case(
                        "through a link out",
                        new RawTar()
                                .folder("tmp")
                                .link("a", '2', "/tmp")
                                .file("a/wharf-escaped", "x")
                                .bytes(),
                        "tmp/wharf-escaped"),
                new Case(
                        "through a link up",
                        new RawTar()
                                .folder("tmp")
                                .folder("d")
                                .link("d/a", '2', "../../../tmp")
                                .file("d/a/wharf-escaped", "x")
                                .bytes(),
                        "tmp/wharf-escaped"),
                new Case(
                        "hard link through a link out",
                        new RawTar()
                                .file("etc/hostname", "x")
                                .link("a", '2', "/etc")
                                .link("h", '1', "a/hostname")
                                .bytes(),
                        "h"),
                new Case("newline in a name", new RawTar().file("a\nb", "x").bytes(), "a\nb"),
                new Case("device", new RawTar().link("null", '3', "").bytes(), "null"),
                new Case(
                        "overlay's own attribute",
                        new RawTar()
                                .pax("SCHILY.xattr.trusted.overlay.redirect", "/etc")
                                .folder("d")
                                .bytes(),
                        "d"));
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
    @MethodSource("refusedLayers")
    void import_isRefused(Case hostile) {
        refused(() -> room.importTar(hostile.layer(), "hostile"), hostile.words());
    }

    @ParameterizedTest
    @MethodSource("refusedLayers")
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
    @MethodSource("refusedLayers")
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
    @MethodSource("refusedLayers")
    void load_ofAnArchiveLikeThat_isRefused(Case hostile) {
        // What names things outside is nobody's business as long as nothing makes them.
        refused(() -> load(hostile.layer()), "");
    }

    @ParameterizedTest
    @MethodSource("harmlessLayers")
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
