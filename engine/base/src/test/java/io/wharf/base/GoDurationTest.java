package io.wharf.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GoDurationTest {
    @Test
    void parse_readsEveryUnit() {
        assertThat(GoDuration.parse("1h2m3.5s")).hasValue(3_723_500_000_000L);
        assertThat(GoDuration.parse("100ms")).hasValue(100_000_000L);
        assertThat(GoDuration.parse("7us1ns")).hasValue(7_001L);
        assertThat(GoDuration.parse("0")).hasValue(0);
    }

    @Test
    void parse_whatIsNone_isEmpty() {
        for (String text : new String[] {"", "5", "-5s", "5 s", "s", "5sx", "1e3s", "999999999999h"}) {
            assertThat(GoDuration.parse(text)).as(text).isEmpty();
        }
    }

    @Test
    void write_isWhatGoWrites() {
        assertThat(GoDuration.write(0)).isEqualTo("0s");
        assertThat(GoDuration.write(1_000_000)).isEqualTo("1ms");
        assertThat(GoDuration.write(1_500_000)).isEqualTo("1.5ms");
        assertThat(GoDuration.write(30_000_000_000L)).isEqualTo("30s");
        assertThat(GoDuration.write(1_500_000_000L)).isEqualTo("1.5s");
        assertThat(GoDuration.write(90_000_000_000L)).isEqualTo("1m30s");
        assertThat(GoDuration.write(3_600_000_000_000L)).isEqualTo("1h0m0s");
    }
}
