package io.wharf.images.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.wharf.base.WharfException;
import io.wharf.images.catalog.Layer;
import java.nio.charset.StandardCharsets;

/** Manifests, indexes, configs and names from anywhere: read, or refused in words. */
class DocumentsFuzz {
    @FuzzTest(maxDuration = "2m")
    void manifest(byte[] bytes) {
        try {
            ManifestBody body = ManifestBody.parse("", bytes);
            if (body.isIndex()) {
                body.choose(Platform.HOST);
            } else {
                body.config();
                body.layers();
            }
        } catch (WharfException refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
    }

    @FuzzTest(maxDuration = "2m")
    void config(byte[] bytes) {
        try {
            ImageConfig config = ImageConfig.parse(bytes);
            assertThat(Layer.chains(config.diffs())).hasSameSizeAs(config.diffs());
        } catch (WharfException refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
    }

    /** What a name reads as is a name, and the same one. */
    @FuzzTest(maxDuration = "2m")
    void reference(byte[] bytes) {
        try {
            Reference read = Reference.parse(new String(bytes, StandardCharsets.UTF_8));
            assertThat(Reference.parse(read.full()).full()).isEqualTo(read.full());
            assertThat(Reference.parse(read.familiar()).full()).isEqualTo(read.full());
        } catch (WharfException refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
    }
}
