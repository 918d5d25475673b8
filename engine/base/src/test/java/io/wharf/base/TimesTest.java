package io.wharf.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class TimesTest {
    private static final long NOW = 1_700_000_000_000_000_000L;

    @Test
    void pointInTime_lengthsGoBack() {
        assertThat(Times.pointInTime("10m", NOW)).isEqualTo(NOW - 600_000_000_000L);
        assertThat(Times.pointInTime("1h30m", NOW)).isEqualTo(NOW - 5_400_000_000_000L);
    }

    @Test
    void pointInTime_seconds() {
        assertThat(Times.pointInTime("1136073600.000000001", NOW)).isEqualTo(1_136_073_600_000_000_001L);
        assertThat(Times.pointInTime("0", NOW)).isZero();
    }

    @Test
    void pointInTime_datesMayBeCutOff() {
        long noon = Times.parse("2006-01-02T15:00:00Z");
        assertThat(Times.pointInTime("2006-01-02T15:00:00Z", NOW)).isEqualTo(noon);
        assertThat(Times.pointInTime("2006-01-02T15:00Z", NOW)).isEqualTo(noon);
        assertThat(Times.pointInTime("2006-01-02T15Z", NOW)).isEqualTo(noon);
        assertThat(Times.pointInTime("2006-01-02T17:00:00.5+02:00", NOW)).isEqualTo(noon + 500_000_000L);
        assertThat(Times.pointInTime("2006-01-02", NOW))
                .isEqualTo(Times.nanos(LocalDateTime.of(2006, 1, 2, 0, 0)
                        .atZone(ZoneId.systemDefault())
                        .toInstant()));
    }

    @Test
    void pointInTime_whatIsNone_isRefused() {
        for (String text : new String[] {"nonsense", "2006-13-01", "-5m", ""}) {
            assertThatThrownBy(() -> Times.pointInTime(text, NOW))
                    .as(text)
                    .hasMessage("failed to parse value as time or duration: \"" + text + "\"");
        }
    }
}
