package io.wharf.volumes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotReadsTest {
    private final SnapshotReads reads = new SnapshotReads();

    @Test
    void removal_waitsForNobody_butIsRefusedWhileAnybodyReads() {
        reads.begin("one");
        reads.begin("one");
        reads.end("one");
        assertThatThrownBy(() -> reads.take("data", List.of("two", "one")))
                .hasMessage("remove data: a snapshot is in use - [it is being copied]");
        reads.begin("two");
        reads.end("two");
        reads.end("one");
        reads.take("data", List.of("two", "one"));
    }

    @Test
    void reader_ofASnapshotThatIsGoing_isRefused_untilItIsGivenBack() {
        reads.take("data", List.of("one"));
        assertThatThrownBy(() -> reads.begin("one")).hasMessageContaining("is being removed");
        reads.giveBack(List.of("one"));
        reads.begin("one");
    }
}
