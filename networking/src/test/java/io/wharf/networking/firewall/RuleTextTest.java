package io.wharf.networking.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Rules in words. */
class RuleTextTest {
    @Test
    void linkNames_becomeIdentifiers() {
        assertThat(RuleText.identifier("br-1.5")).isEqualTo("br-1.5");
        assertThat(RuleText.identifier("a_b@c")).isEqualTo("a_5fb_40c");
    }
}
