package io.wharf.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "32, 32",
        "32b, 32",
        "32K, 32768",
        "32kb, 32768",
        "32KiB, 32768",
        "32 MB, 33554432",
        "1.5g, 1610612736",
        "0.5k, 512",
        "1t, 1099511627776",
        "0, 0",
        ".5k, 512"
    })
    void parse_readsAsDockerDoes(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
    }

    @Test
    void parse_refusesInDockersWords() {
        assertThatThrownBy(() -> ByteSize.parse("much")).hasMessage("invalid size: 'much'");
        assertThatThrownBy(() -> ByteSize.parse("")).hasMessage("invalid size: ''");
        assertThatThrownBy(() -> ByteSize.parse("-1")).hasMessage("invalid size: '-1'");
        assertThatThrownBy(() -> ByteSize.parse("1x")).hasMessage("invalid suffix: 'x'");
        assertThatThrownBy(() -> ByteSize.parse("1kx")).hasMessage("invalid suffix: 'kx'");
        assertThatThrownBy(() -> ByteSize.parse("1 000 b")).hasMessageContaining("invalid syntax");
    }
}
