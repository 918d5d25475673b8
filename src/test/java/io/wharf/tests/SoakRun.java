package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random operations from several clients while the daemon is killed at random moments; {@code bin/soak} runs it.
 *
 * <p>Its name keeps it out of the ordinary suite. Single commands may fail, as their daemon dies under them; what is
 * judged is that the engine always comes back, never holds a state that cannot be left, and leaks nothing.
 */
class SoakRun {
    private static final int CLIENTS = 4;
    private static final int NAMES = 12;

    @RegisterExtension
    static final Rig rig = new Rig();

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong commands = new AtomicLong();

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void randomWork_andRandomDeath_leakNothing() throws InterruptedException {
        long seed = Long.getLong("wharf.soak.seed", 1);
        long end = System.nanoTime()
                + Duration.ofMinutes(Long.getLong("wharf.soak.minutes", 1)).toNanos();
        int kills = 0;
        Random random = new Random(seed);
        try (ExecutorService pool = Executors.newFixedThreadPool(CLIENTS)) {
            try {
                for (int i = 0; i < CLIENTS; i++) {
                    Random own = new Random(random.nextLong());
                    pool.submit(() -> work(own));
                }
                while (System.nanoTime() < end) {
                    // The moment of death is the point of this; it is drawn, not waited for.
                    Thread.sleep(random.nextInt(200, 8000));
                    rig.engine().kill();
                    rig.engine().start();
                    kills++;
                    assertThat(rig.run("ps", "-a").ok().code()).isZero();
                }
            } finally {
                over.set(true);
            }
        }
        System.out.println("seed " + seed + ": " + commands + " commands, " + kills + " deaths");
        for (String id : rig.ok("ps", "-aq").lines().toList()) {
            rig.ok("rm", "-fv", id);
        }
        assertThat(rig.sh("echo fine").out()).isEqualTo("fine\n");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> rig.ok("ps", "-aq").isEmpty());
    }

    private void work(Random random) {
        while (!over.get()) {
            String name = "soak" + random.nextInt(NAMES);
            List<String> command = switch (random.nextInt(8)) {
                case 0 -> List.of("run", "-d", "--name", name, "busybox", "sleep", "1000");
                case 1 ->
                    List.of("run", "-d", "--name", name, "-v", "/x", "--restart", "always", "busybox", "sleep", "3");
                case 2 -> List.of("run", "--rm", "busybox", "seq", "1000");
                case 3 -> List.of("stop", "-t", "0", name);
                case 4 -> List.of("rm", "-fv", name);
                case 5 -> List.of("exec", name, "true");
                case 6 -> List.of("kill", name);
                default -> List.of("restart", "-t", "0", name);
            };
            try (Running running = rig.docker().start(command.toArray(String[]::new))) {
                running.finish();
            }
            commands.incrementAndGet();
        }
    }
}
