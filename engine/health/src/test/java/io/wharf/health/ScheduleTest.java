package io.wharf.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final long MILLI = 1_000_000;

    private final FakeClock clock = new FakeClock();
    private final Schedule schedule = new Schedule(clock::nanos, clock);
    private final List<String> done = new ArrayList<>();

    @Test
    void after_happensNotBeforeItsTime_andAtMostATickLater() {
        long begin = clock.nanos();
        List<Long> when = new ArrayList<>();
        for (int millis : new int[] {1, 49, 50, 51, 5000}) {
            schedule.after(millis * MILLI, () -> when.add((clock.nanos() - begin) / MILLI - millis));
        }
        clock.pass(6000);
        assertThat(when).hasSize(5).allMatch(late -> late >= 0 && late <= Schedule.TICK_MILLIS + 1);
    }

    @Test
    void after_manyAtOnce_wakeTheEngineOnce() {
        for (int i = 0; i < 200; i++) {
            schedule.after(5000 * MILLI, () -> done.add("x"));
        }
        assertThat(clock.set()).isEqualTo(1);
        clock.pass(5100);
        assertThat(done).hasSize(200);
        assertThat(clock.wakeups).isEqualTo(1);
    }

    @Test
    void after_aHundredEveryFiveSeconds_wakeItAtMostOnceATick() {
        for (int i = 0; i < 100; i++) {
            every(5000, i * 37);
        }
        clock.pass(60_000);
        assertThat(done).hasSizeBetween(1100, 1200);
        assertThat(clock.wakeups).isLessThanOrEqualTo(60_000 / 50);
    }

    private void every(long millis, long first) {
        schedule.after(first * MILLI, () -> {
            done.add("x");
            every(millis, millis);
        });
    }

    @Test
    void cancel_leavesNothingSet() {
        Schedule.Entry one = schedule.after(100 * MILLI, () -> done.add("one"));
        Schedule.Entry two = schedule.after(200 * MILLI, () -> done.add("two"));
        schedule.cancel(one);
        schedule.cancel(two);
        schedule.cancel(two);
        assertThat(schedule.size()).isZero();
        assertThat(clock.set()).isZero();
        clock.pass(1000);
        assertThat(done).isEmpty();
    }

    @Test
    void cancel_ofTheFirst_leavesTheSecond() {
        Schedule.Entry one = schedule.after(100 * MILLI, () -> done.add("one"));
        schedule.after(1000 * MILLI, () -> done.add("two"));
        schedule.cancel(one);
        clock.pass(1100);
        assertThat(done).containsExactly("two");
    }

    @Test
    void cancel_byOneThatIsDueAtTheSameTime_counts() {
        Schedule.Entry[] other = new Schedule.Entry[1];
        schedule.after(10 * MILLI, () -> schedule.cancel(other[0]));
        other[0] = schedule.after(10 * MILLI, () -> done.add("other"));
        clock.pass(200);
        assertThat(done).isEmpty();
    }

    @Test
    void after_oneThatFails_leavesTheOthers() {
        schedule.after(10 * MILLI, () -> {
            throw new IllegalStateException("broken");
        });
        schedule.after(10 * MILLI, () -> done.add("other"));
        schedule.after(20 * MILLI, () -> done.add("later"));
        clock.pass(200);
        assertThat(done).containsExactly("other", "later");
    }

    @Test
    void after_anEarlierOneSetLater_ringsFirst() {
        schedule.after(10_000 * MILLI, () -> done.add("late"));
        schedule.after(100 * MILLI, () -> done.add("early"));
        clock.pass(200);
        assertThat(done).containsExactly("early");
        clock.pass(10_000);
        assertThat(done).containsExactly("early", "late");
    }

    @Test
    void after_longerThanTimeItself_isNever() {
        schedule.after(Long.MAX_VALUE, () -> done.add("never"));
        clock.pass(1_000_000);
        assertThat(done).isEmpty();
    }
}
