package io.wharf.tests;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever is asked, the engine answers as the contract says, and fails only where that is meant. */
@WharfOnly("the contract is Wharf's")
class ContractFuzzTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void everyOperation_answersAsTheContractSays() {
        Schemathesis.run(rig, Duration.ofSeconds(85), "--phases", "fuzzing", "--max-examples", "2", "--seed", "7");
    }
}
