package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** As {@link ContractFuzzTest}, for minutes, from the edges of each value to chains of requests; {@code bin/soak} runs it. */
class ContractSoakRun {
    private static final Duration LIFE = Duration.ofSeconds(20);

    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void everyOperation_answersAsTheContractSays_forLong() {
        run(false, () -> {});
    }

    /** The engine is killed every 20 seconds and started again at once; what is left of it all is looked at in the end. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void everyOperation_answersAsTheContractSays_overDeathsOfTheEngine() throws Exception {
        AtomicInteger deaths = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(1);
        CompletableFuture<Void> killer = CompletableFuture.runAsync(() -> kill(deaths, over));
        run(true, () -> {
            over.countDown();
            killer.join();
        });
        System.out.println(deaths + " deaths of the engine");
        assertThat(deaths.get()).isPositive();
        assertThat(rig.engine().alive()).isTrue();
        for (String what : List.of("ps -aq", "volume ls -q", "network ls -q")) {
            String kind = what.startsWith("ps") ? "container" : what.substring(0, what.indexOf(' '));
            rig.run(what.split(" ")).ok().lines().forEach(one -> rig.ok(kind, "inspect", one));
        }
        rig.ok("system", "df", "-v");
        assertThat(rig.ok("run", "--rm", "busybox", "echo", "as ever")).isEqualTo("as ever");
    }

    private static void kill(AtomicInteger deaths, CountDownLatch over) {
        try {
            while (!over.await(LIFE.toSeconds(), TimeUnit.SECONDS)) {
                rig.engine().kill();
                rig.engine().start();
                deaths.incrementAndGet();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void run(boolean dies, Runnable over) {
        long minutes = Long.getLong("wharf.soak.minutes", 1);
        Schemathesis.run(
                rig,
                Duration.ofMinutes(minutes * 2 + 20),
                dies,
                over,
                "--phases",
                "coverage,fuzzing,stateful",
                "--max-time",
                "" + minutes * 60,
                "--seed",
                System.getProperty("wharf.soak.seed", "1"));
    }
}
