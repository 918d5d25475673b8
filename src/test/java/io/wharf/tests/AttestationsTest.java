package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What builders attest of images, as BuildKit puts it beside them in an index. */
@WharfOnly("it came with 1.55")
class AttestationsTest {
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String PROVENANCE = "https://slsa.dev/provenance/v1";
    private static final String PACKAGES = "https://spdx.dev/Document";

    @RegisterExtension
    static final Rig rig = new Rig();

    @TempDir
    Path folder;

    private final Tar tar = new Tar();

    private Map<String, Object> blob(String type, byte[] bytes, Map<String, String> annotations) {
        Digest digest = Digest.of(bytes);
        tar.file("blobs/sha256/" + digest.hex(), bytes);
        return Map.of("mediaType", type, "digest", digest.toString(), "size", bytes.length, "annotations", annotations);
    }

    private Map<String, Object> json(String type, Object value, Map<String, String> annotations) {
        return blob(type, Json.writeBytes(value), annotations);
    }

    private Map<String, Object> statement(String predicate, String text) {
        return blob(
                "application/vnd.in-toto+json",
                text.getBytes(StandardCharsets.UTF_8),
                Map.of("in-toto.io/predicate-type", predicate));
    }

    /** An archive of an image whose index holds two statements about it. */
    private Path archive(String provenance, String packages) throws IOException {
        byte[] layer = new Tar().file("hello", "hello").bytes();
        Map<String, Object> config = json(
                "application/vnd.oci.image.config.v1+json",
                Map.of(
                        "architecture",
                        "amd64",
                        "os",
                        "linux",
                        "rootfs",
                        Map.of(
                                "type",
                                "layers",
                                "diff_ids",
                                List.of(Digest.of(layer).toString()))),
                Map.of());
        Map<String, Object> image = json(
                MANIFEST,
                Map.of(
                        "schemaVersion",
                        2,
                        "mediaType",
                        MANIFEST,
                        "config",
                        config,
                        "layers",
                        List.of(blob("application/vnd.oci.image.layer.v1.tar", layer, Map.of()))),
                Map.of());
        Map<String, Object> attestation = json(
                MANIFEST,
                Map.of(
                        "schemaVersion",
                        2,
                        "mediaType",
                        MANIFEST,
                        "config",
                        json("application/vnd.oci.image.config.v1+json", Map.of(), Map.of()),
                        "layers",
                        List.of(statement(PROVENANCE, provenance), statement(PACKAGES, packages))),
                Map.of(
                        "vnd.docker.reference.type",
                        "attestation-manifest",
                        "vnd.docker.reference.digest",
                        String.valueOf(image.get("digest"))));
        Map<String, Object> index = json(
                INDEX,
                Map.of("schemaVersion", 2, "mediaType", INDEX, "manifests", List.of(image, attestation)),
                Map.of("io.containerd.image.name", "docker.io/library/attested:1"));
        tar.file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
        tar.file("index.json", Json.writeBytes(Map.of("schemaVersion", 2, "manifests", List.of(index))));
        return Files.write(folder.resolve("image.tar"), tar.bytes());
    }

    private static JsonNode told(String query) {
        Http.Reply reply = rig.http().get("/v1.55/images/attested:1/attestations" + query);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return Json.read(reply.body(), JsonNode.class);
    }

    @Test
    void statements_comeWithTheImage_andGoWithIt() throws IOException {
        String provenance = "{ \"_type\": \"https://in-toto.io/Statement/v0.1\", \"predicate\": {} }";
        String packages = "{\"packages\":[" + "{\"name\":\"a\"},".repeat(100_000) + "{}]}";
        rig.ok("load", "-i", archive(provenance, packages).toString());

        JsonNode all = told("");
        assertThat(all).hasSize(2);
        assertThat(all.at("/0/PredicateType").asText()).isEqualTo(PROVENANCE);
        assertThat(all.at("/0/Descriptor/digest").asText())
                .isEqualTo(
                        Digest.of(provenance.getBytes(StandardCharsets.UTF_8)).toString());
        assertThat(all.at("/0/Descriptor/annotations").toString()).contains(PROVENANCE);
        assertThat(all.path(0).has("Statement")).isFalse();

        assertThat(rig.http()
                        .get("/v1.56/images/attested:1/attestations?statement=1&type=" + PROVENANCE)
                        .body())
                .as("the very text")
                .endsWith(",\"Statement\":" + provenance + "}]\n");
        JsonNode large = told("?statement=1&type=" + PACKAGES + "&type=https://elsewhere/");
        assertThat(large).hasSize(1);
        assertThat(large.at("/0/Statement/packages")).hasSize(100_001);
        assertThat(told("?type=https://elsewhere/")).isEmpty();
        assertThat(told("?platform=%7B%22os%22:%22linux%22,%22architecture%22:%22amd64%22%7D"))
                .hasSize(2);

        // What it writes holds the image alone, and says nothing of what is attested.
        Path saved = folder.resolve("saved.tar");
        rig.ok("save", "-o", saved.toString(), "attested:1");
        rig.ok("load", "-i", saved.toString());
        assertThat(told("?statement=1")).hasSize(2);

        rig.engine().kill();
        rig.engine().start();
        assertThat(told("?statement=1")).hasSize(2);
        rig.ok("rmi", "attested:1");
        assertThat(rig.http().get("/v1.55/images/attested:1/attestations").status())
                .isEqualTo(404);
    }

    @Test
    void statements_thatAreNoJson_areNotGivenOut() throws IOException {
        rig.ok("load", "-i", archive("}{", "{}").toString());
        assertThat(told("")).hasSize(2);
        assertThat(told("?statement=1&type=" + PACKAGES).at("/0/Statement").toString())
                .isEqualTo("{}");
        Http.Reply lost = rig.http().get("/v1.55/images/attested:1/attestations?statement=true");
        assertThat(lost.status()).isEqualTo(404);
        assertThat(lost.body()).contains("is not available locally");
    }

    @Test
    void images_withoutAny_haveNone() {
        Http.Reply none = rig.http().get("/v1.55/images/busybox/attestations?statement=1");
        assertThat(none.body()).isEqualTo("[]\n");
        String other =
                "/v1.55/images/busybox/attestations?platform=%7B%22os%22:%22linux%22,%22architecture%22:%22s390x%22%7D";
        assertThat(rig.http().get(other).status()).isEqualTo(404);
        assertThat(rig.http().get(other + "&platform=%7B%7D").body())
                .contains("only one platform value is currently supported");
    }
}
