package io.wharf.tests;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** As {@link ContractFuzzTest}, for minutes, from the edges of each value to chains of requests; {@code bin/soak} runs it. */
class ContractSoakRun {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void everyOperation_answersAsTheContractSays_forLong() {
        long minutes = Long.getLong("wharf.soak.minutes", 1);
        Schemathesis.run(
                rig,
                Duration.ofMinutes(minutes * 2 + 20),
                "--phases",
                "coverage,fuzzing,stateful",
                "--max-time",
                "" + minutes * 60,
                "--seed",
                System.getProperty("wharf.soak.seed", "1"));
    }
}
