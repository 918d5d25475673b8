package io.wharf.tests;

import java.lang.reflect.Field;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.constraint.AtMostWaitConstraint;
import org.awaitility.constraint.WaitConstraint;
import org.jspecify.annotations.Nullable;

/**
 * How many times longer than on a real processor tests wait before they give up: {@code wharf.test.patience}, for an
 * emulated one. Also of what tests say themselves, by {@code atMost}.
 */
final class Patience {
    private static final int FACTOR = Integer.getInteger("wharf.test.patience", 1);

    private Patience() {}

    static Duration of(Duration time) {
        return time.multipliedBy(FACTOR);
    }

    /**
     * Has every wait of Awaitility that begins later look at once and then often, for most of what tests wait for is there
     * within milliseconds; and gives it patience, for which there is no door.
     */
    static void everywhere() {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval((count, last) -> Duration.ofMillis(Math.min(100, 10L * count)));
        if (FACTOR == 1) {
            return;
        }
        try {
            Field field = Awaitility.class.getDeclaredField("defaultWaitConstraint");
            field.setAccessible(true);
            field.set(null, new Stretched(AtMostWaitConstraint.TEN_SECONDS));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("another Awaitility", e);
        }
    }

    /** Takes every limit it is told times the factor. */
    private record Stretched(WaitConstraint inner) implements WaitConstraint {
        @Override
        public @Nullable Duration getMaxWaitTime() {
            return inner.getMaxWaitTime();
        }

        @Override
        public @Nullable Duration getMinWaitTime() {
            return inner.getMinWaitTime();
        }

        @Override
        public @Nullable Duration getHoldPredicateTime() {
            return inner.getHoldPredicateTime();
        }

        @Override
        public WaitConstraint withMinWaitTime(Duration time) {
            return new Stretched(inner.withMinWaitTime(time));
        }

        @Override
        public WaitConstraint withMaxWaitTime(Duration time) {
            return new Stretched(inner.withMaxWaitTime(of(time)));
        }

        @Override
        public WaitConstraint withHoldPredicateTime(Duration time) {
            return new Stretched(inner.withHoldPredicateTime(time));
        }
    }
}
