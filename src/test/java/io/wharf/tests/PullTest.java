package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jspecify.annotations.Nullable;

/** Pulls that are watched from outside: what travels, what is shown, what an interruption costs. */
class PullTest {
    /** So many deaths of the engine; {@code bin/soak --pulls} has more. */
    private static final int KILLS = Integer.getInteger("wharf.soak.kills", 5);

    private static final int LAYER = 5_000_000;
    private static final int RATE = 12_000_000;
    private static final String IMAGE = "localhost:5077/layers:1";

    @RegisterExtension
    static final Rig rig = new Rig();

    @Nullable
    private static Registry registry;

    private static Path record;

    @BeforeAll
    static void startRegistry() throws IOException {
        record = Files.createFile(rig.engine().home().resolve("requests"));
        registry = new Registry(rig, 5076, "", "");
        registry.record(rig, 5077, 5076, record, RATE);
        Random random = new Random(7);
        String below = "busybox";
        for (int i = 0; i < 4; i++) {
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
    }

    @AfterAll
    static void stopRegistry() {
        Objects.requireNonNull(registry).close();
        rig.run("rmi", "-f", IMAGE);
        Rig.importSmallImage(rig.docker());
    }

    private static List<String> requests() {
        return Here.read(record).lines().toList();
    }

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
    @WharfOnly("dockerd begins anew after its death")
    void deathsAmidAPull_costOnlyTheBytesInFlight() throws Exception {
        long seed = Long.getLong("wharf.soak.seed", 11);
        Random random = new Random(seed);
        Map<String, Long> before = Map.of();
        int from = requests().size();
        int resumed = 0;
        for (int i = 0; i <= KILLS; i++) {
            Running pull = rig.docker().start("pull", IMAGE);
            if (i == KILLS) {
                assertThat(pull.finish().ok().out()).contains("Status: Downloaded newer image for " + IMAGE);
            } else {
                // The moment of death is the point of this; it is drawn, not waited for.
                Thread.sleep(random.nextInt(50, 600));
                rig.engine().kill();
                pull.finish();
            }
            Map<String, Long> lying = before;
            Awaitility.await().untilAsserted(() -> assertThat(requests()).isNotEmpty());
            List<String> asked = requests().subList(from, requests().size());
            for (String line : asked) {
                String[] words = line.split(" ");
                if (words[0].equals("GET") && words[1].contains("/blobs/")) {
                    Long size = lying.get(words[1].replaceAll(".*sha256:", ""));
                    assertThat(words[2])
                            .as("seed %d, death %d: %s", seed, i, line)
                            .isEqualTo(size == null || size == 0 ? "-" : "bytes=" + size + "-");
                    resumed += size == null || size == 0 ? 0 : 1;
                }
            }
            if (i < KILLS) {
                before = partial();
                from = requests().size();
                rig.engine().start();
            }
        }
        assertThat(resumed).as("seed %d: ranges", seed).isPositive();
        assertThat(partial()).isEmpty();
        String sums = rig.ok("run", "--rm", IMAGE, "sh", "-c", "cat /file0 /file1 /file2 /file3 | wc -c");
        assertThat(sums).isEqualTo("" + 4 * LAYER);
        assertThat(rig.engine()
                        .http()
                        .request("POST", "/wharf/v1/images/verify?name=" + IMAGE, null)
                        .body())
                .doesNotContain("\"Damaged\":[{");
        rig.ok("rmi", IMAGE);
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
        int before = requests().size();
        assertThat(rig.run("pull", IMAGE).ok().out()).contains("Status: Image is up to date for " + IMAGE);
        // The manifest alone is looked at again.
        assertThat(requests().subList(before, requests().size())).noneMatch(line -> line.contains("/blobs/"));
        rig.ok("rmi", IMAGE);
    }

    @Test
    void pullsAtOnce_fetchEachBlobOnce() {
        int before = requests().size();
        Running first = rig.docker().start("pull", IMAGE);
        Running second = rig.docker().start("pull", "localhost:5077/layers");
        Running third = rig.docker().start("pull", IMAGE);
        first.finish().ok();
        third.finish().ok();
        second.finish();
        List<String> blobs = requests().subList(before, requests().size()).stream()
                .filter(line -> line.contains("/blobs/"))
                .map(line -> line.split(" ")[1])
                .toList();
        assertThat(blobs).doesNotHaveDuplicates();
        rig.ok("rmi", IMAGE);
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
