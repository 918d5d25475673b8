package io.wharf.images.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.images.catalog.GatheredAttestations;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is taken of attestations where there are more than any builder writes. */
class AttestedTest {
    private static final Digest IMAGE = digest(-1);

    private static Digest digest(int number) {
        return Digest.of(("" + number).getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, Object> row(int number, Map<String, String> annotations) {
        return Map.of("digest", digest(number), "size", 2, "annotations", annotations);
    }

    private static ManifestBody body(String type, String member, List<Map<String, Object>> rows) {
        return ManifestBody.parse(type, Json.writeBytes(Map.of("schemaVersion", 2, member, rows)));
    }

    @Test
    void attestationsOf_takesTheFirst_eachOnce() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rows.add(row(
                    i / 2,
                    Map.of(
                            "vnd.docker.reference.type",
                            "attestation-manifest",
                            "vnd.docker.reference.digest",
                            IMAGE.toString())));
        }
        assertThat(body(MediaTypes.OCI_INDEX, "manifests", rows).attestationsOf(IMAGE))
                .extracting(Descriptor::digest)
                .hasSize(16)
                .doesNotHaveDuplicates()
                .startsWith(digest(0), digest(1));
    }

    @Test
    void statements_areFew_andTheirDescriptorsShort() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String note = "x".repeat(i < 10 ? 50_000 : 10);
            rows.add(row(i, Map.of("in-toto.io/predicate-type", "https://a/b", "note", note)));
        }
        ManifestBody manifest = body(MediaTypes.OCI_MANIFEST, "layers", rows);
        assertThat(manifest.statements()).hasSize(64);
        GatheredAttestations gathered = new GatheredAttestations();
        manifest.statements().forEach(one -> gathered.add(manifest.digest(), one, null));
        assertThat(gathered.all()).hasSize(59);
        assertThat(gathered.all().stream()
                        .mapToInt(one -> one.descriptor().length())
                        .sum())
                .isLessThan(300_000);
    }

    @Test
    void texts_areKeptUpToTheirLimitTogether() {
        ManifestBody manifest = body(
                MediaTypes.OCI_MANIFEST, "layers", List.of(row(1, Map.of("in-toto.io/predicate-type", "https://a/b"))));
        GatheredAttestations gathered = new GatheredAttestations();
        for (int i = 0; i < 3; i++) {
            gathered.add(manifest.digest(), manifest.statements().getFirst(), new byte[3 << 20]);
        }
        assertThat(gathered.all()).extracting(one -> one.packed() != null).containsExactly(true, true, false);
    }
}
