package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random operations on networks and volumes, the engine killed in the middle of every tenth; {@code bin/soak --networks}
 * runs it.
 *
 * <p>Its name keeps it out of the ordinary suite. A single command may fail, for its object is gone or its daemon dies; what
 * is judged is that the engine comes back, that everything can be taken away, and that nothing is left: no address, link,
 * rule, mount or folder.
 */
class NetworkSoakRun {
    private static final int DEATH = 10;
    private static final int NAMES = 5;
    private static final int LONGEST_MILLIS = 60;

    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void randomNetworksAndVolumes_andDeaths_leakNothing() throws InterruptedException {
        long seed = Long.getLong("wharf.soak.seed", 1);
        int operations = Integer.getInteger("wharf.soak.operations", 500);
        Random random = new Random(seed);
        int failed = 0;
        for (int i = 1; i <= operations; i++) {
            List<String> command = operation(random);
            try (Running running = rig.docker().start(command.toArray(String[]::new))) {
                if (i % DEATH == 0) {
                    // The moment of death is the point of this; it is drawn, not waited for.
                    Thread.sleep(random.nextInt(LONGEST_MILLIS));
                    rig.engine().kill();
                    running.finish();
                    rig.engine().start();
                } else if (running.finish().code() != 0) {
                    failed++;
                }
            }
        }
        System.out.println("seed " + seed + ": " + operations + " operations, " + failed + " refused, "
                + operations / DEATH + " deaths");
        for (String id : rig.ok("ps", "-aq").lines().toList()) {
            rig.ok("rm", "-fv", id);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> rig.ok("ps", "-aq").isEmpty());
        for (String id :
                rig.ok("network", "ls", "-q", "--filter", "type=custom").lines().toList()) {
            rig.ok("network", "rm", id);
        }
        for (String name : rig.ok("volume", "ls", "-q").lines().toList()) {
            rig.ok("volume", "rm", name);
        }
        assertThat(rig.sh("echo fine").out()).isEqualTo("fine\n");
    }

    private static List<String> operation(Random random) {
        String container = "soak" + random.nextInt(NAMES);
        String network = "net" + random.nextInt(NAMES);
        String volume = "vol" + random.nextInt(NAMES);
        return switch (random.nextInt(14)) {
            case 0, 1 -> create(random, network);
            case 2 -> List.of("network", "rm", network);
            case 3, 4 -> List.of("network", "connect", "--alias", "other", network, container);
            case 5 -> List.of("network", "disconnect", network, container);
            case 6 -> List.of("network", "disconnect", "-f", network, container);
            case 7, 8, 9 -> run(random, container, network, volume);
            case 10 -> List.of("rm", "-fv", container);
            case 11 -> List.of("restart", "-t", "0", container);
            case 12 -> List.of("volume", "create", volume);
            default -> List.of("volume", "rm", volume);
        };
    }

    private static List<String> create(Random random, String network) {
        List<String> command = new ArrayList<>(List.of("network", "create"));
        if (random.nextInt(3) == 0) {
            command.add("--internal");
        }
        if (random.nextInt(3) == 0) {
            command.add("--ipv6");
        }
        command.add(network);
        return command;
    }

    private static List<String> run(Random random, String container, String network, String volume) {
        List<String> command = new ArrayList<>(List.of("run", "-d", "--name", container));
        if (random.nextInt(4) > 0) {
            command.addAll(List.of("--network", network));
        }
        if (random.nextBoolean()) {
            command.addAll(List.of("-p", "80", "-p", "53/udp"));
        }
        if (random.nextBoolean()) {
            // The small image has files there, which an empty volume takes over.
            command.addAll(List.of("-v", volume + ":/bin"));
        }
        command.addAll(List.of("--restart", random.nextBoolean() ? "always" : "no", "busybox", "sleep", "1000"));
        return command;
    }
}
