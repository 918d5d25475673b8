package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Pulls that are watched from outside: what travels, what is shown, what an interruption costs. */
class PullTest {
    /** So many deaths of the engine; {@code bin/soak --pulls} has more. */
    private static final int KILLS = Integer.getInteger("wharf.soak.kills", 3);

    private static final int LAYERS = 4;
    private static final int LAYER = 5_000_000;
    private static final int RATE = 10_000_000;
    /** What may be in the buffers of one connection when the engine dies. */
    private static final int FLIGHT = 3 << 19;
    /** Docker's layers at a time. */
    private static final int AT_ONCE = 3;

    private static final String IMAGE = "localhost:5077/layers:1";

    @RegisterExtension
    static final Rig rig = new Rig();

    private static Registry registry;
    private static RecordingProxy proxy;
    /** Bytes of all blobs of the image. */
    private static long size;

    @BeforeAll
    static void startRegistry() throws IOException {
        registry = new Registry(rig, 5076, "", "");
        Random random = new Random(7);
        String below = "busybox";
        for (int i = 0; i < LAYERS; i++) {
            byte[] content = new byte[LAYER];
            random.nextBytes(content);
            Path file = Files.write(rig.engine().home().resolve("content"), content);
            rig.ok("create", "--name", "builder" + i, below, "true");
            rig.ok("cp", file.toString(), "builder" + i + ":/file" + i);
            below = "step:" + i;
            rig.ok("commit", "builder" + i, below);
            rig.ok("rm", "builder" + i);
        }
        rig.ok("tag", below, "localhost:5076/layers:1");
        rig.ok("push", "localhost:5076/layers:1");
        rig.ok("rmi", "localhost:5076/layers:1", "step:3", "step:2", "step:1", "step:0", "busybox");
        proxy = registry.record(rig, 5077);
        rig.ok("pull", IMAGE);
        size = downloaded(proxy.exchanges());
        rig.ok("rmi", IMAGE);
    }

    @AfterAll
    static void stopRegistry() {
        registry.close();
        rig.run("rmi", "-f", IMAGE);
        Rig.importSmallImage(rig.docker());
    }

    private static long downloaded(List<RecordingProxy.Exchange> exchanges) {
        return exchanges.stream()
                .filter(RecordingProxy.Exchange::isDownload)
                .mapToLong(RecordingProxy.Exchange::sent)
                .sum();
    }

    /** The sizes of the blobs that have come in part, by their digests. */
    private static Map<String, Long> partial() throws IOException {
        Map<String, Long> sizes = new HashMap<>();
        Path folder = rig.engine().dataRoot().resolve("downloads");
        if (Files.isDirectory(folder)) {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    sizes.put(file.getFileName().toString(), Files.size(file));
                }
            }
        }
        return sizes;
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @WharfOnly("dockerd begins anew after its death")
    void deathsAmidAPull_costOnlyTheBytesInFlight() throws Exception {
        long seed = Long.getLong("wharf.soak.seed", 11);
        Random random = new Random(seed);
        proxy.rate(RATE);
        for (int deaths = 0, resumed = 0; deaths < KILLS || resumed == 0; ) {
            // Most pulls are interrupted more than once, some at their very end.
            int many = random.nextInt(1, 4);
            resumed += interruptedPull(random, many, "seed " + seed + ", after " + deaths + " deaths");
            deaths += many;
        }
        proxy.rate(0);
    }

    /** Pulls until the image is there, with so many deaths on the way; how many blobs were gone on with. */
    private static int interruptedPull(Random random, int deaths, String when) throws Exception {
        Map<String, Long> lying = Map.of();
        long travelled = 0;
        int resumed = 0;
        for (int death = 0; death <= deaths; death++) {
            int before = proxy.exchanges().size();
            Running pull = rig.docker().start("pull", IMAGE);
            if (death < deaths) {
                // The moment of death is the point of this; it is drawn, not waited for.
                Thread.sleep(random.nextInt(30, 1200));
                rig.engine().kill();
                pull.finish();
            } else {
                pull.finish().ok();
            }
            for (RecordingProxy.Exchange one : proxy.since(before)) {
                travelled += one.isDownload() ? one.sent() : 0;
                long from = one.isDownload() ? lying.getOrDefault(one.hex(), 0L) : 0;
                assertThat(one.range()).as("%s: %s", when, one).isEqualTo(from == 0 ? "-" : "bytes=" + from + "-");
                resumed += from == 0 ? 0 : 1;
            }
            lying = partial();
            if (death < deaths) {
                rig.engine().start();
            }
        }
        assertWhole(when);
        assertThat(travelled).as(when + ": bytes").isBetween(size, size + (long) deaths * AT_ONCE * FLIGHT);
        System.out.println(when + ": " + deaths + " in a pull of " + size + " bytes, " + travelled + " bytes, "
                + resumed + " blobs resumed");
        rig.ok("rmi", IMAGE);
        return resumed;
    }

    private static void assertWhole(String when) throws IOException {
        assertThat(rig.http().post("/wharf/v1/images/verify?name=" + IMAGE, "").body())
                .as(when)
                .contains("\"damaged\":0");
        assertThat(rig.ok("run", "--rm", IMAGE, "sh", "-c", "cat /file? | wc -c"))
                .as(when)
                .isEqualTo("" + LAYERS * LAYER);
        assertThat(partial()).as(when).isEmpty();
        try (var left = Files.list(rig.engine().dataRoot().resolve("ingest"))) {
            assertThat(left).as(when).isEmpty();
        }
    }

    @Test
    void progress_isShownAsDockerShowsIt() {
        Ran pull = rig.run("pull", IMAGE).ok();
        assertThat(pull.out())
                .contains("1: Pulling from layers\n")
                .containsPattern("[0-9a-f]{12}: Pulling fs layer\n")
                .containsPattern("[0-9a-f]{12}: Verifying Checksum\n")
                .containsPattern("[0-9a-f]{12}: Download complete\n")
                .containsPattern("[0-9a-f]{12}: Pull complete\n")
                .containsPattern("Digest: sha256:[0-9a-f]{64}\nStatus: Downloaded newer image for " + IMAGE + "\n");
        int before = proxy.exchanges().size();
        assertThat(rig.run("pull", IMAGE).ok().out()).contains("Status: Image is up to date for " + IMAGE);
        // The manifest alone is looked at again.
        assertThat(proxy.since(before)).hasSize(1);
        rig.ok("rmi", IMAGE);
    }

    @Test
    void pullsAtOnce_fetchEachBlobOnce() {
        int before = proxy.exchanges().size();
        proxy.rate(RATE);
        List<Running> pulls = List.of(
                rig.docker().start("pull", IMAGE),
                rig.docker().start("pull", "localhost:5077/layers"),
                rig.docker().start("pull", IMAGE));
        assertThat(pulls.get(0).finish().ok().out()).contains("Status: Downloaded newer image");
        assertThat(pulls.get(2).finish().ok().out()).contains("Pull complete");
        // There is no such tag as latest.
        assertThat(pulls.get(1).finish().code()).isEqualTo(1);
        proxy.rate(0);
        assertThat(proxy.since(before).stream()
                        .filter(RecordingProxy.Exchange::isDownload)
                        .map(RecordingProxy.Exchange::hex))
                .hasSize(LAYERS + 2)
                .doesNotHaveDuplicates();
        rig.ok("rmi", IMAGE);
    }

    @Test
    void brokenDownload_isGoneOnWithByRange() {
        int before = proxy.exchanges().size();
        proxy.cut("GET", 2_000_000);
        rig.ok("pull", IMAGE);
        // What had come and was not written yet is asked for again.
        assertThat(proxy.since(before)).anyMatch(one -> one.status().equals("206") && one.sent() < LAYER - 500_000);
        rig.ok("rmi", IMAGE);
    }

    @Test
    void clientThatHangsUp_endsThePull() {
        int before = proxy.exchanges().size();
        proxy.rate(RATE / 10);
        Running pull = rig.docker().start("pull", IMAGE).awaitOut("Pulling fs layer");
        Running.run("kill", "-INT", "" + pull.pid()).ok();
        pull.finish();
        // They end with the pull: each alone would take eight seconds.
        List<RecordingProxy.Exchange> all = proxy.since(before);
        assertThat(all.stream()
                        .filter(RecordingProxy.Exchange::isDownload)
                        .mapToLong(RecordingProxy.Exchange::sent)
                        .sum())
                .isLessThan(LAYER);
        proxy.rate(0);
        rig.ok("pull", IMAGE);
        rig.ok("rmi", IMAGE);
    }

    @Test
    void clientThatHangsUpBeforeASilentRegistryAnswers_endsThePullAtOnce() {
        registry.fallSilent();
        try {
            Running pull = rig.docker().start("pull", IMAGE);
            Awaitility.await().until(() -> proxy.underWay() > 0);
            long busy = connections();
            Running.run("kill", "-INT", "" + pull.pid()).ok();
            pull.finish();
            Awaitility.await().atMost(Duration.ofSeconds(3)).until(() -> connections() < busy);
        } finally {
            registry.resume();
        }
    }

    /** Of the engine to the proxy. */
    private static long connections() {
        String engine = "pid=" + rig.engine().pid() + ",";
        return rig.machine().inHost("ss", "-Htnp", "state", "established", "dport = :5077").ok().lines().stream()
                .filter(line -> line.contains(engine))
                .count();
    }

    @Test
    void registryThatIsNotThere_isNamed() {
        String words = "dial tcp 127.0.0.1:5999: connect: connection refused";
        for (int i = 0; i < 2; i++) {
            Ran run = rig.run("run", "localhost:5999/x");
            assertThat(run.code()).isEqualTo(125);
            assertThat(run.err()).contains("localhost:5999").contains(words);
            assertThat(rig.run("pull", "localhost:5999/x").err()).contains(words);
        }
    }
}
