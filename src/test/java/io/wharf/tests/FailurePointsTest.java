package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Of some verbs one step at which the engine dies and one that fails, drawn anew each time; {@code -Dwharf.points.seed}
 * draws the same again. All of them are {@link FailurePointsRun}'s.
 */
@WharfOnly("it knows the steps of this engine")
class FailurePointsTest extends FailurePoints {
    private static final long SEED = Long.getLong("wharf.points.seed", System.nanoTime() % 100_000);
    /** Each takes some seconds. */
    private static final int VERBS = 4;

    @ParameterizedTest
    @MethodSource("drawn")
    void deathAndFailure_atSomeStep(Verb verb) {
        List<String> steps = new ArrayList<>(steps(verb));
        Collections.shuffle(steps, new Random(SEED));
        System.out.println("seed " + SEED);
        die(verb, first(steps, step -> step.contains("!")));
        fail(verb, first(steps, step -> !step.contains("!") && !step.startsWith("commit store-kernel")));
    }

    static List<Verb> drawn() {
        List<Verb> verbs = new ArrayList<>(List.of(Verb.values()));
        Collections.shuffle(verbs, new Random(SEED));
        return verbs.subList(0, VERBS);
    }

    private static List<String> first(List<String> steps, Predicate<String> which) {
        List<String> found = steps.stream().filter(which).limit(1).toList();
        assertThat(found).as("one of %s", steps).isNotEmpty();
        return found;
    }
}
