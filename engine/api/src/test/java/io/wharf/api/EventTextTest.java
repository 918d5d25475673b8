package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventTextTest {
    private static final int HALF_AND_MORE = 5 << 20;

    /** The collector's idea of memory that runs short may be a heap that has not grown yet. */
    @Test
    void longTexts_areKeptForTheirReaders_upToABoundForAll() {
        EventText first = new EventText(1, 1, new byte[HALF_AND_MORE]);
        assertThat(first.isKept()).isFalse();
        first.taken();
        first.taken();
        assertThat(first.isKept()).isTrue();

        EventText second = new EventText(2, 2, new byte[HALF_AND_MORE]);
        second.taken();
        assertThat(second.isKept()).isFalse();
        assertThat(second.bytes()).hasSize(HALF_AND_MORE);
        second.left();

        first.left();
        assertThat(first.isKept()).isTrue();
        first.left();
        assertThat(first.isKept()).isFalse();

        second.taken();
        assertThat(second.isKept()).isTrue();
        second.letGo();
        assertThat(second.bytes()).isNull();
        second.left();
        first.taken();
        assertThat(first.isKept()).isTrue();
        first.left();
    }
}
