package io.wharf.streams;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadAheadTest {
    private final ReadAhead ahead = new ReadAhead();

    @Test
    void small_areAskedForUpToTheirNumber() {
        assertThat(ahead.begin()).isTrue();
        for (int i = 1; i < ReadAhead.EVENTS; i++) {
            assertThat(ahead.came(10)).isTrue();
        }
        assertThat(ahead.came(10)).isFalse();
        assertThat(ahead.went(3, 30)).isTrue();
        // One is on its way.
        assertThat(ahead.went(3, 30)).isFalse();
    }

    @Test
    void large_areAskedForOneByOne() {
        assertThat(ahead.begin()).isTrue();
        assertThat(ahead.came(ReadAhead.BYTES - 1)).isTrue();
        assertThat(ahead.came(5_000_000)).isFalse();
        assertThat(ahead.went(1, ReadAhead.BYTES - 1)).isFalse();
        assertThat(ahead.went(1, 5_000_000)).isTrue();
    }
}
