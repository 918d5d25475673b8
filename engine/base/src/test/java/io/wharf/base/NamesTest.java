package io.wharf.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NamesTest {
    record Sample(@Nullable String imageId, boolean openStdin, int count, List<String> names) {}

    @Test
    void json_keysAreReadWhateverTheirCase() {
        Sample sample = Json.parse(
                "{\"imageid\": \"x\", \"OPENSTDIN\": true, \"Count\": null, \"unknown\": {}}"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                Sample.class);
        assertThat(sample.imageId()).isEqualTo("x");
        assertThat(sample.openStdin()).isTrue();
        assertThat(sample.count()).isZero();
    }

    @Test
    void json_writesUpperCamelCaseAndNull() {
        assertThat(Json.write(new Sample(null, false, 1, List.of())))
                .isEqualTo("{\"ImageId\":null,\"OpenStdin\":false,\"Count\":1,\"Names\":[]}");
    }

    @Test
    void json_refusesWhatIsNotJson() {
        assertThatThrownBy(() -> Json.parse("{".getBytes(java.nio.charset.StandardCharsets.UTF_8), Sample.class))
                .isInstanceOfSatisfying(
                        WharfException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_ARGUMENT));
    }

    @Test
    void json_refusesANumberForAText() {
        assertThatThrownBy(() ->
                        Json.parse("{\"ImageId\": 7}".getBytes(java.nio.charset.StandardCharsets.UTF_8), Sample.class))
                .hasMessageContaining("invalid JSON");
    }

    @Test
    void prefix_findsTheOneIdThatBeginsSo() {
        IdIndex index = new IdIndex();
        index.add("abc1");
        index.add("abd1");
        assertThat(index.find("abc")).contains("abc1");
        assertThat(index.find("x")).isEmpty();
        assertThat(index.find("")).isEmpty();
        assertThatThrownBy(() -> index.find("ab")).hasMessage("Multiple IDs found with provided prefix: ab");
    }

    @Test
    void randomIds_areFullAndNeverLookLikeNumbers() {
        for (int i = 0; i < 1000; i++) {
            assertThat(Ids.isFull(Ids.random())).isTrue();
        }
    }

    @Test
    void digest_ofNothingIsTheKnownOne() {
        assertThat(Digest.of(""))
                .hasToString("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assertThatThrownBy(() -> Digest.parse("md5:00")).hasMessageContaining("md5");
        assertThatThrownBy(() -> Digest.parse("sha256:00")).hasMessage("invalid checksum digest format");
    }

    @Test
    void times_areWrittenAsGoWritesThem() {
        assertThat(Times.rfc3339Nano(0)).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(Times.rfc3339Nano(1_500_000_000L)).isEqualTo("1970-01-01T00:00:01.5Z");
        assertThat(Times.rfc3339Nano(1L)).isEqualTo("1970-01-01T00:00:00.000000001Z");
        assertThat(Times.parse("1970-01-01T01:00:01.5+01:00")).isEqualTo(1_500_000_000L);
    }

    @Test
    void kinds_haveAStatusEach() {
        for (ErrorKind kind : ErrorKind.values()) {
            assertThat(ErrorKind.ofHttpStatus(kind.httpStatus())).isEqualTo(kind);
        }
    }
}
