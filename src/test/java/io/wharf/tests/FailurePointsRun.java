package io.wharf.tests;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every step of every verb, one after another. Its name keeps it out of the ordinary suite, for it takes some minutes;
 * {@code bin/soak --points} runs it.
 */
@WharfOnly("it knows the steps of this engine")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class FailurePointsRun extends FailurePoints {
    @ParameterizedTest
    @EnumSource(Verb.class)
    void death_atAnyStep(Verb verb) {
        die(verb, steps(verb));
    }

    @ParameterizedTest
    @EnumSource(Verb.class)
    void failure_ofAnyStep(Verb verb) {
        fail(verb, steps(verb));
    }
}
