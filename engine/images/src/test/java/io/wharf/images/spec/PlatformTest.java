package io.wharf.images.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Comparator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which machine's image serves where which is wanted: the order is that of containerd's platforms package. */
class PlatformTest {
    @ParameterizedTest
    @CsvSource({
        "linux/amd64, linux/386 linux/amd64/v2 linux/amd64, linux/amd64",
        "linux/amd64/v3, linux/amd64 linux/amd64/v2 linux/amd64/v4, linux/amd64/v2",
        "linux/arm64, linux/arm/v7 linux/arm64/v8 linux/amd64, linux/arm64/v8",
        "linux/arm64, linux/arm/v6 linux/arm/v7, linux/arm/v7",
        "linux/arm/v7, linux/arm/v5 linux/arm/v8 linux/arm/v6, linux/arm/v6",
        "linux/arm, linux/arm/v6 linux/arm/v7, linux/arm/v7",
        "linux/s390x, linux/amd64 windows/s390x, none",
        "x86_64, linux/arm64 linux/amd64, linux/amd64",
    })
    void theBestThatRuns_isTaken(String wanted, String there, String best) {
        Platform platform = Platform.parse(wanted);
        assertThat(Arrays.stream(there.split(" "))
                        .filter(one -> platform.rank(exactly(one)) >= 0)
                        .min(Comparator.comparing(one -> platform.rank(exactly(one))))
                        .orElse("none"))
                .isEqualTo(best);
    }

    /** As an index names it. */
    private static Platform exactly(String text) {
        String[] parts = text.split("/");
        return new Platform(parts[0], parts[1], parts.length < 3 ? "" : parts[2]);
    }

    @Test
    void nonsense_isRefused() {
        assertThatThrownBy(() -> Platform.parse("linux/a b")).hasMessageContaining("is an invalid component of");
        assertThatThrownBy(() -> Platform.parse("a/b/c/d")).hasMessageContaining("cannot parse platform specifier");
        assertThatThrownBy(() -> Platform.parse("toaster"))
                .hasMessageContaining("unknown operating system or architecture");
    }
}
