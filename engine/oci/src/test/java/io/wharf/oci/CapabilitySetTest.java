package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CapabilitySetTest {
    private static final long BOUNDING = Specs.ALL_CAPABILITIES & ~CapabilitySet.bit("SYS_RESOURCE");

    private static List<String> of(List<String> add, List<String> drop) {
        return CapabilitySet.names(CapabilitySet.of(add, drop, false, BOUNDING));
    }

    @Test
    void of_nothing_givesTheDefaultFourteen() {
        assertThat(of(List.of(), List.of()))
                .hasSize(14)
                .contains("CAP_CHOWN", "CAP_NET_RAW")
                .doesNotContain("CAP_SYS_ADMIN");
        // As /proc/self/status shows it in a container of Docker's.
        assertThat(CapabilitySet.DEFAULT).isEqualTo(0xa80425fbL);
    }

    @Test
    void of_addAndDrop_changesTheDefaults() {
        assertThat(of(List.of("net_admin"), List.of("CAP_CHOWN")))
                .hasSize(14)
                .contains("CAP_NET_ADMIN")
                .doesNotContain("CAP_CHOWN");
    }

    @Test
    void of_dropAll_leavesWhatIsAdded() {
        assertThat(of(List.of("KILL"), List.of("all"))).containsExactly("CAP_KILL");
    }

    @Test
    void of_addAll_leavesOutWhatIsDroppedAndWhatTheEngineLacks() {
        assertThat(of(List.of("ALL"), List.of("MKNOD")))
                .contains("CAP_SYS_ADMIN")
                .doesNotContain("CAP_MKNOD", "CAP_SYS_RESOURCE");
    }

    @Test
    void of_nothing_leavesOutWhatTheEngineLacks() {
        assertThat(CapabilitySet.of(List.of(), List.of(), false, CapabilitySet.bits("CHOWN", "SYS_ADMIN")))
                .isEqualTo(CapabilitySet.bit("CHOWN"));
    }

    @Test
    void of_privileged_givesAllThatTheEngineHas() {
        assertThat(CapabilitySet.of(List.of(), List.of("ALL"), true, BOUNDING)).isEqualTo(BOUNDING);
    }

    @Test
    void check_unknownName_refuses() {
        assertThatThrownBy(() -> CapabilitySet.check("CapAdd", List.of("chown", "fly"), BOUNDING))
                .hasMessage("invalid CapAdd: unknown capability: \"CAP_FLY\"");
    }

    @Test
    void check_missingHere_refuses() {
        assertThatThrownBy(() -> CapabilitySet.check("CapAdd", List.of("SYS_RESOURCE"), BOUNDING))
                .hasMessageContaining("not available in the current environment: \"CAP_SYS_RESOURCE\"");
    }
}
