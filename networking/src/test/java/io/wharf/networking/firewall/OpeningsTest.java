package io.wharf.networking.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OpeningsTest {
    @Test
    void mark_becomesARule_inAnyOfGosNumbers() {
        assertThat(Openings.NONE.rule()).isEmpty();
        assertThat(new Openings(false, "6").rule()).isEqualTo("meta mark 0x6 accept");
        assertThat(new Openings(false, "0x6/0xf0").rule()).isEqualTo("meta mark and 0xf0 == 0x6 accept");
        assertThat(new Openings(false, "010/0xffffffff").rule()).isEqualTo("meta mark and 0xffffffff == 0x8 accept");
    }

    @Test
    void nonsense_isRefused() {
        for (String wrong : new String[] {"x", "1/", "-1", "0x100000000", "1/2/3", "1 accept"}) {
            assertThatThrownBy(() -> new Openings(false, wrong).rule())
                    .as(wrong)
                    .hasMessageContaining("invalid firewall ma");
        }
    }
}
