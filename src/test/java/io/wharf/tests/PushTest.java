package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.tests.RecordingProxy.Exchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Pushes to Debian's docker-registry through a proxy that writes down what travels, and breaks it off. */
class PushTest {
    private static final int LAYER = 2_000_000;
    private static final int SEVERAL_PARTS = 40_000_000;
    private static final String PLACE = "localhost:5097/";

    @RegisterExtension
    static final Rig rig = new Rig();

    private static @Nullable Registry registry;
    private static @Nullable RecordingProxy proxy;

    private int seen;

    @BeforeAll
    static void startRegistry() {
        Registry started = new Registry(rig, 5096, "", "");
        registry = started;
        proxy = started.record(rig, 5097);
    }

    @AfterAll
    static void stopRegistry() {
        Objects.requireNonNull(registry).close();
    }

    @AfterEach
    void removeImages() {
        List<String> names = rig.docker()
                .run("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference=" + PLACE + "*")
                .lines();
        names.forEach(name -> rig.run("rmi", "-f", name));
    }

    /** An image of so many layers of random bytes over the small one. */
    private static void image(String name, long seed, int layers, int size) throws IOException {
        Random random = new Random(seed);
        String below = "busybox";
        for (int i = 0; i < layers; i++) {
            byte[] content = new byte[size];
            random.nextBytes(content);
            Path file = Files.write(rig.engine().home().resolve("content"), content);
            rig.ok("create", "--name", "builder" + i, below, "true");
            rig.ok("cp", file.toString(), "builder" + i + ":/file" + i);
            below = name;
            rig.ok("commit", "builder" + i, below);
            rig.ok("rm", "builder" + i);
            Files.delete(file);
        }
    }

    private static RecordingProxy proxy() {
        return Objects.requireNonNull(proxy);
    }

    /** Pushes; the digest that the registry has it by. */
    private static String push(String name) {
        Ran push = rig.run("push", name).ok();
        assertThat(push.out()).containsPattern("digest: sha256:[0-9a-f]{64} size: \\d+");
        return push.out().replaceAll("(?s).*digest: (sha256:[0-9a-f]{64}).*", "$1");
    }

    /** What passed since this was last asked. */
    private List<Exchange> passed() {
        List<Exchange> fresh = proxy().since(seen);
        seen += fresh.size();
        return fresh;
    }

    /** The requests that brought bytes of layers. */
    private static List<Exchange> sent(List<Exchange> exchanges) {
        return exchanges.stream()
                .filter(one -> one.method().equals("PATCH") && one.received() > 0)
                .toList();
    }

    private static long bytes(List<Exchange> exchanges) {
        return exchanges.stream().mapToLong(Exchange::received).sum();
    }

    @Test
    void layers_areSentOnceAndMountedElsewhere() throws IOException {
        passed();
        image(PLACE + "once:1", 1, 3, LAYER);
        String digest = push(PLACE + "once:1");
        // The small image and three layers that do not pack.
        List<Exchange> first = sent(passed());
        assertThat(first).hasSize(4);
        assertThat(bytes(first)).isBetween(3L * LAYER, 3L * LAYER + 2_500_000);

        rig.ok("tag", PLACE + "once:1", PLACE + "once:2");
        assertThat(push(PLACE + "once:2")).isEqualTo(digest);
        assertThat(sent(passed())).isEmpty();

        rig.ok("tag", PLACE + "once:1", PLACE + "elsewhere:1");
        assertThat(push(PLACE + "elsewhere:1")).isEqualTo(digest);
        List<Exchange> elsewhere = passed();
        assertThat(sent(elsewhere)).isEmpty();
        assertThat(elsewhere.stream()
                        .filter(one -> one.method().equals("POST")
                                && one.target().contains("mount=sha256")
                                && one.status().equals("201"))
                        .map(Exchange::hex)
                        .distinct())
                .hasSizeGreaterThanOrEqualTo(4);

        // And it comes back as it went.
        rig.ok("rmi", PLACE + "once:1", PLACE + "once:2", PLACE + "elsewhere:1");
        assertThat(rig.run("pull", PLACE + "elsewhere:1").ok().out()).contains("Digest: " + digest);
        rig.ok("tag", PLACE + "elsewhere:1", PLACE + "again:1");
        passed();
        assertThat(push(PLACE + "again:1")).isEqualTo(digest);
        assertThat(sent(passed())).isEmpty();
    }

    @Test
    @WharfOnly("dockerd begins anew")
    void brokenUpload_goesOnFromWhereTheRegistryStands() throws IOException {
        image(PLACE + "broken:1", 2, 1, SEVERAL_PARTS);
        passed();
        // This registry forgets an upload that breaks amid a request: from then on it goes in parts.
        proxy().later("PATCH", 0).cut("PATCH", 9_000_000);
        Running push = rig.docker().start("push", PLACE + "broken:1");
        push.awaitOut("Retrying in 1 second");
        // So a break between two of those loses nothing.
        proxy().later("PATCH", 2).cut("PATCH", 0);
        String digest = push.finish().ok().out().replaceAll("(?s).*digest: (sha256:[0-9a-f]{64}).*", "$1");
        List<Exchange> all = passed();
        assertThat(all).as("all: %s", all).anyMatch(one -> one.range().matches("(16777216|33554432)-.*"));
        assertThat(all.stream()
                        .filter(one ->
                                one.method().equals("PATCH") && one.status().equals("-")))
                .as("all: %s", all)
                .hasSize(2);
        // Nothing but what the registry had forgotten went twice.
        assertThat(bytes(sent(all))).isLessThan(SEVERAL_PARTS + 9_000_000L + 2_500_000);
        rig.ok("rmi", PLACE + "broken:1");
        assertThat(rig.run("pull", PLACE + "broken:1").ok().out()).contains(digest);
    }
}
