package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Containers, networks and volumes come and go, the engine dies every few seconds, and by each way out of the journal each
 * event is seen once and in order; {@code bin/soak --events} runs it.
 */
class EventsSoakRun {
    private static final String PORT = "7997";
    private static final Pattern EVENT = Pattern.compile("\"seq\":(\\d+),\"time\":\"[^\"]*\",\"timeNano\":(\\d+)");
    private static final Pattern NUMBER = Pattern.compile("^\\{\"seq\":(\\d+)", Pattern.MULTILINE);

    @TempDir
    Path folder;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong done = new AtomicLong();
    private final List<Running> receiver = new ArrayList<>();
    private final Map<String, Running> followers = new LinkedHashMap<>();

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void deathsUnderAllOfIt_leaveEachEventSeenOnce() throws Exception {
        long seed = Long.getLong("wharf.soak.seed", 1);
        long end = System.nanoTime()
                + Duration.ofMinutes(Long.getLong("wharf.soak.minutes", 3)).toNanos();
        Random random = new Random(seed);
        int deaths = 0;
        Path grpc = Path.of("/tmp/wharf-test-soak-events.sock");
        Engine engine = new Engine(
                        new Machine(), "--config-file", config().toString(), "--events-grpc", grpc.toString())
                .untapped("its replies are judged in other tests")
                .start();
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            Rig.importSmallImage(engine.docker());
            receiver.add(engine.machine()
                    .startInHost(
                            "python3",
                            Here.resource("webhook.py").toString(),
                            PORT,
                            folder.resolve("secret").toString(),
                            folder.resolve("hook").toString())
                    .awaitOut("ready"));
            for (String way : List.of("docker", "sse", "websocket", "grpc")) {
                Path socket = way.equals("grpc") ? grpc : engine.ownSocket();
                followers.put(
                        way,
                        Running.start(
                                        List.of(
                                                "python3",
                                                Here.resource("follow_events.py")
                                                        .toString(),
                                                way,
                                                socket.toString(),
                                                folder.resolve(way).toString()),
                                        Map.of())
                                .awaitOut("ready"));
            }
            try {
                pool.submit(() -> again(engine, number -> {
                    engine.http().post("/volumes/create", "{\"Name\":\"v" + number + "\"}");
                    engine.http().delete("/volumes/v" + number);
                }));
                pool.submit(() -> again(engine, number -> {
                    engine.http().post("/networks/create", "{\"Name\":\"n" + number + "\"}");
                    engine.http().delete("/networks/n" + number);
                }));
                pool.submit(() -> again(engine, number -> engine.docker().run("run", "--rm", "busybox", "true")));
                while (System.nanoTime() < end) {
                    // The moment of death is the point of this; it is drawn, not waited for.
                    Thread.sleep(random.nextInt(500, 5000));
                    engine.kill();
                    engine.start();
                    deaths++;
                }
            } finally {
                over.set(true);
            }
            pool.shutdown();
            assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
            List<Long> numbers = new ArrayList<>();
            List<Long> times = new ArrayList<>();
            journal(engine, numbers, times);
            assertThat(numbers)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, numbers.size()).boxed().toList());
            judge("docker", times);
            judge("sse", numbers);
            judge("websocket", numbers);
            judge("grpc", numbers);
            Awaitility.await()
                    .atMost(Duration.ofMinutes(3))
                    .until(() -> firstSeen("hook").size() >= numbers.size());
            assertThat(firstSeen("hook")).isEqualTo(numbers);
            int brought = seen("hook").size();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(NUMBER.matcher(Here.read(folder.resolve("lines")))
                                    .results()
                                    .map(found -> Long.valueOf(found.group(1)))
                                    .toList())
                            .isEqualTo(numbers));
            System.out.println("seed " + seed + ": " + deaths + " deaths, " + done + " pieces of work, "
                    + numbers.size()
                    + " events; each once and in order over " + followers.keySet() + " and in the file; the webhook was"
                    + " brought " + brought + ", " + (brought - numbers.size()) + " of them again");
            engine.stop();
        } finally {
            followers.values().forEach(Running::close);
            receiver.forEach(Running::close);
            engine.close();
            Files.deleteIfExists(grpc);
        }
    }

    private Path config() throws IOException {
        Files.writeString(folder.resolve("secret"), "not for everybody\n");
        return Files.writeString(folder.resolve("daemon.json"), """
                {"event-sinks": [
                  {"name": "hook", "type": "webhook", "url": "http://127.0.0.1:%s/in", "start": "oldest", "batch": 50,
                   "secret-file": "%s/secret", "timeout": "700ms", "retry-min": "20ms", "retry-max": "200ms"},
                  {"name": "lines", "type": "file", "path": "%s/lines", "start": "oldest", "sync": "50ms"}
                ]}
                """.formatted(PORT, folder, folder));
    }

    private interface Work {
        void run(long number);
    }

    /** Whatever fails does so because its engine has died, or something of an earlier piece is there yet. */
    private void again(Engine engine, Work work) {
        for (long number = 0; !over.get(); number++) {
            try {
                work.run(number);
                done.incrementAndGet();
            } catch (RuntimeException | AssertionError dead) {
                Awaitility.await()
                        .atMost(Duration.ofMinutes(2))
                        .until(() -> over.get() || engine.http().answers());
            }
        }
    }

    private static void journal(Engine engine, List<Long> numbers, List<Long> times) {
        // One whose client had only made it when the engine died stays, as it would under Docker.
        engine.docker().ok("ps", "-aq").lines().forEach(id -> engine.docker().run("rm", "-fv", id));
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> engine.docker().ok("ps", "-aq").isEmpty());
        EVENT.matcher(engine.http()
                        .get("/wharf/v1/events?after=0&until=" + BigDecimal.valueOf(System.currentTimeMillis(), 3))
                        .body())
                .results()
                .forEach(event -> {
                    numbers.add(Long.valueOf(event.group(1)));
                    times.add(Long.valueOf(event.group(2)));
                });
    }

    private void judge(String way, List<Long> all) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> !seen(way).isEmpty() && seen(way).getLast().equals(all.getLast()));
        assertThat(seen(way)).as(way).isEqualTo(all);
    }

    private List<Long> seen(String way) {
        Path file = folder.resolve(way);
        return Files.exists(file)
                ? Here.read(file)
                        .lines()
                        .map(line -> Long.valueOf(line.split(" ")[0]))
                        .toList()
                : List.of();
    }

    /** Without what came again. */
    private List<Long> firstSeen(String way) {
        List<Long> first = new ArrayList<>();
        for (Long number : seen(way)) {
            if (first.isEmpty() || number > first.getLast()) {
                first.add(number);
            }
        }
        return first;
    }
}
