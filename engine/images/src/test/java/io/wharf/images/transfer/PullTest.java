package io.wharf.images.transfer;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.contracts.ImageService.RegistryAuth;
import io.wharf.images.FakeRegistry;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import io.wharf.images.spec.MediaTypes;
import io.wharf.images.spec.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What registries may send that docker-registry does not. */
class PullTest {
    private static final byte[] TAR =
            new Tar().folder("./").file("f", "0123456789".repeat(50_000)).bytes();
    private static final Digest DIFF = Digest.of(TAR);

    private Room room;

    @BeforeEach
    void open() {
        room = Room.open();
    }

    @AfterEach
    void close() {
        room.close();
    }

    private void pull(FakeRegistry registry, String tag) {
        pull(registry, tag, null, null);
    }

    private void pull(FakeRegistry registry, String tag, String platform, RegistryAuth auth) {
        room.watch(room.images.pull(new PullImage(registry.host() + "/app", tag, false, platform, auth)));
    }

    private void assertNothingLeft() throws IOException {
        for (Path folder : List.of(room.layout.ingest(), room.layout.layers(), room.layout.blobs())) {
            org.awaitility.Awaitility.await().untilAsserted(() -> {
                try (var left = Files.list(folder)) {
                    assertThat(left).isEmpty();
                }
            });
        }
    }

    @Test
    void layers_comeInEveryPacking() {
        try (FakeRegistry registry = new FakeRegistry(room.vertx, false, false)) {
            byte[] half = Arrays.copyOf(TAR, 100_000);
            byte[] rest = Arrays.copyOfRange(TAR, 100_000, TAR.length);
            Map<String, byte[]> packed = Map.of(
                    "gzip", FakeRegistry.gzip(TAR),
                    "members", FakeRegistry.gzip(half, rest),
                    "zstd", Zstd.compress(TAR),
                    "plain", TAR);
            for (var one : packed.entrySet()) {
                registry.image(one.getKey(), "amd64", MediaTypes.OCI_LAYER, List.of(one.getValue()), List.of(DIFF));
                pull(registry, one.getKey());
                assertThat(await(room.images.inspect(registry.host() + "/app:" + one.getKey()))
                                .size())
                        .isEqualTo(500_000);
                await(room.images.remove(registry.host() + "/app:" + one.getKey(), false, false));
            }
        }
    }

    @Test
    void foreignLayers_comeFromWhereTheManifestSays() {
        try (FakeRegistry elsewhere = new FakeRegistry(room.vertx, false, false);
                FakeRegistry registry = new FakeRegistry(room.vertx, false, false)) {
            Digest layer = elsewhere.blob(TAR);
            byte[] config = Json.writeBytes(Map.of(
                    "architecture",
                    Platform.HOST.architecture(),
                    "os",
                    "linux",
                    "rootfs",
                    Map.of("type", "layers", "diff_ids", List.of(DIFF))));
            String there = "http://" + elsewhere.host() + "/v2/app/blobs/";
            registry.manifest(
                    "foreign",
                    MediaTypes.DOCKER_MANIFEST,
                    Json.writeBytes(Map.of(
                            "schemaVersion",
                            2,
                            "mediaType",
                            MediaTypes.DOCKER_MANIFEST,
                            "config",
                            Map.of(
                                    "mediaType",
                                    MediaTypes.DOCKER_CONFIG,
                                    "digest",
                                    registry.blob(config),
                                    "size",
                                    config.length),
                            "layers",
                            List.of(Map.of(
                                    "mediaType",
                                    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                                    "digest",
                                    layer,
                                    "size",
                                    TAR.length,
                                    "urls",
                                    List.of("ftp://elsewhere/x", there + Digest.of(new byte[1]), there + layer))))));
            pull(registry, "foreign");
            assertThat(elsewhere.requests).hasSize(2).last().asString().endsWith(layer.toString());
            await(room.images.remove(registry.host() + "/app:foreign", false, false));
            // Who lies there is believed no more than a registry.
            elsewhere.spoil(layer, new byte[TAR.length]);
            assertThatThrownBy(() -> pull(registry, "foreign")).hasMessageContaining("verification failed");
        }
    }

    @Test
    void index_givesThePlatformsImage() {
        try (FakeRegistry registry = new FakeRegistry(room.vertx, false, false)) {
            List<byte[]> layers = List.of(FakeRegistry.gzip(TAR));
            Digest amd = registry.image("a", "amd64", MediaTypes.OCI_LAYER, layers, List.of(DIFF));
            Digest arm = registry.image("b", "arm64", MediaTypes.OCI_LAYER, layers, List.of(DIFF));
            registry.manifest(
                    "both",
                    MediaTypes.OCI_INDEX,
                    Json.writeBytes(
                            Map.of("schemaVersion", 2, "manifests", List.of(row(arm, "arm64"), row(amd, "amd64")))));
            pull(registry, "both");
            String name = registry.host() + "/app:both";
            assertThat(await(room.images.inspect(name)).architecture()).isEqualTo(Platform.HOST.architecture());
            pull(registry, "both", "linux/arm64/v8", null);
            assertThat(await(room.images.inspect(name)).architecture()).isEqualTo("arm64");
            assertThatThrownBy(() -> await(room.images.resolve(name, "linux/amd64")))
                    .hasMessageContaining("does not match the specified platform");
            assertThatThrownBy(() -> pull(registry, "both", "linux/s390x", null))
                    .hasMessage("no matching manifest for linux/s390x in the manifest list entries:"
                            + " it has linux/arm64, linux/amd64");
        }
    }

    @Test
    void attestations_comeWithAPull_onceAndNotAtAllCosts() {
        try (FakeRegistry registry = new FakeRegistry(room.vertx, false, false)) {
            Digest amd =
                    registry.image("a", "amd64", MediaTypes.OCI_LAYER, List.of(FakeRegistry.gzip(TAR)), List.of(DIFF));
            byte[] statement = "{\"predicate\":{}}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
            Digest attested = registry.manifest(
                    "attested",
                    MediaTypes.OCI_MANIFEST,
                    Json.writeBytes(Map.of(
                            "schemaVersion",
                            2,
                            "layers",
                            List.of(Map.of(
                                    "mediaType",
                                    "application/vnd.in-toto+json",
                                    "digest",
                                    Digest.of(statement),
                                    "size",
                                    statement.length,
                                    "annotations",
                                    Map.of("in-toto.io/predicate-type", "https://a/b"))))));
            index(registry, "one", amd, attested);
            pull(registry, "one");
            String name = registry.host() + "/app:one";
            assertThatThrownBy(() -> attestations(name)).hasMessageContaining("is not available locally");
            registry.blob(statement);
            pull(registry, "one");
            assertThat(attestations(name)).contains("\"Statement\":{\"predicate\":{}}}]");
            registry.requests.clear();
            pull(registry, "one");
            assertThat(registry.requests).noneMatch(line -> line.contains(attested.toString()));

            index(registry, "two", amd, Digest.of(new byte[1]));
            pull(registry, "two");
            assertThat(attestations(name))
                    .as("another index tells of others, which are not to be had")
                    .isEqualTo("[]\n");
        }
    }

    private String attestations(String name) {
        return new String(
                room.drain(room.images.attestations(name, null, List.of(), true)),
                java.nio.charset.StandardCharsets.UTF_8);
    }

    private static void index(FakeRegistry registry, String tag, Digest image, Digest attestation) {
        registry.manifest(
                tag,
                MediaTypes.OCI_INDEX,
                Json.writeBytes(Map.of(
                        "schemaVersion",
                        2,
                        "manifests",
                        List.of(
                                row(image, "amd64"),
                                Map.of(
                                        "mediaType",
                                        MediaTypes.OCI_MANIFEST,
                                        "digest",
                                        attestation,
                                        "size",
                                        1,
                                        "platform",
                                        Map.of("os", "unknown", "architecture", "unknown"),
                                        "annotations",
                                        Map.of(
                                                "vnd.docker.reference.type",
                                                "attestation-manifest",
                                                "vnd.docker.reference.digest",
                                                image))))));
    }

    private static Map<String, Object> row(Digest digest, String architecture) {
        return Map.of(
                "mediaType",
                MediaTypes.OCI_MANIFEST,
                "digest",
                digest,
                "size",
                1,
                "platform",
                Map.of("os", "linux", "architecture", architecture));
    }

    @Test
    void token_isFetchedAndStaysWithTheRegistry() {
        try (FakeRegistry registry = new FakeRegistry(room.vertx, true, true)) {
            registry.image("t", "amd64", MediaTypes.OCI_LAYER, List.of(FakeRegistry.gzip(TAR)), List.of(DIFF));
            pull(registry, "t", null, new RegistryAuth("me", "pw", null, null, null));
            assertThat(registry.requests)
                    .contains(
                            "GET /token?service=here%2C+it+is&scope=repository%3Aapp%3Apull&account=me Basic bWU6cHc=");
            assertThat(registry.requests)
                    .filteredOn(line -> line.contains("/storage/"))
                    .hasSize(2)
                    .noneMatch(line -> line.contains("Bearer"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"other", "short", "long", "garbage", "repacked"})
    void layer_withOtherBytesIsRefusedAndLeavesNothing(String how) throws IOException {
        try (FakeRegistry registry = new FakeRegistry(room.vertx, false, false)) {
            byte[] good = FakeRegistry.gzip(TAR);
            registry.image("t", "amd64", MediaTypes.OCI_LAYER, List.of(good), List.of(DIFF));
            byte[] spoilt = switch (how) {
                case "other" -> FakeRegistry.gzip(new Tar().file("evil", "x").bytes());
                case "repacked" -> {
                    // The same tar and the same length: only the digest of the packed bytes tells.
                    byte[] other = good.clone();
                    other[9] ^= 1;
                    yield other;
                }
                case "short" -> Arrays.copyOf(good, good.length - 20);
                case "long" -> Arrays.copyOf(good, good.length + 1_000_000);
                default -> "no tar at all ".repeat(100).getBytes();
            };
            registry.spoil(Digest.of(good), spoilt);
            assertThatThrownBy(() -> pull(registry, "t")).isNotNull();
            assertNothingLeft();
            // The good bytes are still welcome.
            registry.spoil(Digest.of(good), good);
            pull(registry, "t");
        }
    }

    @Test
    void layer_thatIsNotWhatTheConfigSaysIsRefused() throws IOException {
        try (FakeRegistry registry = new FakeRegistry(room.vertx, false, false)) {
            registry.image(
                    "t", "amd64", MediaTypes.OCI_LAYER, List.of(FakeRegistry.gzip(TAR)), List.of(Digest.of("other")));
            assertThatThrownBy(() -> pull(registry, "t"))
                    .hasMessageContaining("layers from manifest don't match image configuration");
            assertNothingLeft();
        }
    }

    @Test
    void manifest_ofAnotherDigestIsRefused() {
        try (FakeRegistry registry = new FakeRegistry(room.vertx, false, false)) {
            Digest digest =
                    registry.image("t", "amd64", MediaTypes.OCI_LAYER, List.of(FakeRegistry.gzip(TAR)), List.of(DIFF));
            Digest other =
                    registry.image("u", "arm64", MediaTypes.OCI_LAYER, List.of(FakeRegistry.gzip(TAR)), List.of(DIFF));
            assertThat(other).isNotEqualTo(digest);
            registry.manifest("sha256:" + "0".repeat(64), MediaTypes.OCI_MANIFEST, "{\"schemaVersion\":2}".getBytes());
            assertThatThrownBy(() -> pull(registry, "sha256:" + "0".repeat(64)))
                    .hasMessageContaining("manifest verification failed");
            registry.manifest(
                    "chart",
                    MediaTypes.OCI_MANIFEST,
                    Json.writeBytes(Map.of(
                            "schemaVersion",
                            2,
                            "layers",
                            List.of(),
                            "config",
                            Map.of(
                                    "mediaType",
                                    "application/vnd.cncf.helm.config.v1+json",
                                    "digest",
                                    DIFF,
                                    "size",
                                    2))));
            assertThatThrownBy(() -> pull(registry, "chart"))
                    .hasMessageContaining("unsupported image config media type");
        }
    }

    @Test
    void manyLayers_mountAllTheSame() throws IOException {
        try (FakeRegistry registry = new FakeRegistry(room.vertx, false, false)) {
            List<byte[]> tars = java.util.stream.IntStream.range(0, 127)
                    .mapToObj(i -> new Tar().file("f" + i, "x").bytes())
                    .toList();
            registry.image(
                    "many",
                    "amd64",
                    MediaTypes.OCI_LAYER,
                    tars,
                    tars.stream().map(Digest::of).toList());
            pull(registry, "many");
            Digest id = Digest.parse(
                    await(room.images.inspect(registry.host() + "/app:many")).id());
            await(room.images.createLayer("many", id, Map.of()));
            Path root = Path.of(await(room.images.mountRoot("many")).path());
            assertThat(root.resolve("f0")).hasContent("x");
            assertThat(root.resolve("f126")).hasContent("x");
            await(room.images.removeLayer("many"));
        }
    }
}
