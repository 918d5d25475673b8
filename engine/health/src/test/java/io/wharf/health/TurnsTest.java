package io.wharf.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Turns turns = new Turns(2);
    private final List<Integer> begun = new ArrayList<>();
    private final List<Turns.Turn> taken = new ArrayList<>();

    private void take(int count) {
        for (int i = 0; i < count; i++) {
            int number = i;
            taken.add(turns.take(() -> begun.add(number)));
        }
    }

    @Test
    void take_letsSoManyAtATime_inTheirOrder() {
        take(200);
        assertThat(begun).containsExactly(0, 1);
        taken.get(1).end();
        assertThat(begun).containsExactly(0, 1, 2);
        assertThat(turns.waiting()).isEqualTo(197);
        taken.forEach(Turns.Turn::end);
        assertThat(turns.waiting()).isZero();
    }

    @Test
    void end_twice_givesOneTurnBack() {
        take(5);
        taken.get(0).end();
        taken.get(0).end();
        assertThat(begun).containsExactly(0, 1, 2);
    }

    @Test
    void end_ofOneThatWaits_leavesTheQueue() {
        take(4);
        taken.get(2).end();
        taken.get(0).end();
        assertThat(begun).containsExactly(0, 1, 3);
    }
}
