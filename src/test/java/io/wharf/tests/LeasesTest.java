package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a lease's label names goes when its connection ends, and nothing else does. */
@WharfOnly("it has no leases")
class LeasesTest {
    private static final Pattern ID = Pattern.compile("\"Id\":\"([0-9a-f]{32})\"");

    @RegisterExtension
    static final Rig rig = new Rig();

    private static Running hold(String query, String body) {
        return Running.start(
                        List.of(
                                "curl",
                                "-sN",
                                "--unix-socket",
                                rig.engine().socket().toString(),
                                "-H",
                                "Content-Type: application/json",
                                "-d",
                                body,
                                "http://d/wharf/v1/leases" + query),
                        Map.of())
                .awaitOut("}\n");
    }

    private static String id(Running holder) {
        Matcher found = ID.matcher(holder.out());
        assertThat(found.find()).as(holder.out()).isTrue();
        return found.group(1);
    }

    private static void makeLeased(String label, String prefix) {
        rig.ok("network", "create", "--label", label, prefix + "net");
        rig.ok("volume", "create", "--label", label, prefix + "vol");
        rig.ok(
                "run",
                "-d",
                "--label",
                label,
                "--name",
                prefix + "runs",
                "--network",
                prefix + "net",
                "-v",
                prefix + "vol:/named",
                "-v",
                "/anonymous",
                "--restart",
                "always",
                "busybox",
                "sleep",
                "1000");
        rig.ok("create", "--label", label, "--name", prefix + "made", "busybox");
        rig.ok("import", "-c", "LABEL " + label, Here.smallImage().toString(), prefix + "image:one");
        rig.ok("tag", prefix + "image:one", prefix + "image:two");
    }

    /** Names of everything that is there, but of what may go meanwhile. */
    private static List<String> all() {
        return java.util.stream.Stream.of(
                        rig.ok("ps", "-a", "--format", "{{.Names}}"),
                        rig.ok("network", "ls", "--filter", "type=custom", "--format", "{{.Name}}"),
                        rig.ok("volume", "ls", "-q"),
                        rig.ok("images", "--format", "{{.Repository}}:{{.Tag}}"))
                .flatMap(String::lines)
                .filter(name -> !name.equals("forgotten"))
                .sorted()
                .toList();
    }

    private static void awaitAll(List<String> wanted) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> assertThat(all()).isEqualTo(wanted));
    }

    private static void whatIsLeasedGoesAndNothingElse() {
        rig.ok("network", "create", "mynet");
        rig.ok("volume", "create", "myvol");
        rig.ok("run", "-d", "--name", "mine", "--label", "io.wharf.lease=another", "busybox", "sleep", "1000");
        List<String> before = all();
        try (Running holder = hold("", "{\"Labels\":{\"org.example.session\":\"one\",\"org.example.tool\":\"t\"}}")) {
            makeLeased("io.wharf.lease=" + id(holder), "x");
            makeLeased("io.wharf.lease=" + id(holder), "y");
            rig.ok("volume", "create", "--label", "org.example.session=one", "--label", "org.example.tool=t", "both");
            rig.ok("volume", "create", "--label", "org.example.session=one", "half");
            assertThat(all()).hasSizeGreaterThan(before.size() + 12);
            assertThat(rig.http().get("/wharf/v1/leases").body()).contains(id(holder), "\"State\":\"held\"");
        }
        List<String> left = new java.util.ArrayList<>(before);
        left.add("half");
        awaitAll(left.stream().sorted().toList());
        assertThat(rig.ok("ps", "--format", "{{.Names}}").lines()).containsExactlyInAnyOrder("mine", "kruns");
    }

    private static boolean isForgotten() {
        return rig.ok("volume", "ls", "-q").lines().noneMatch("forgotten"::equals);
    }

    @Test
    void whatIsLeased_goesWithItsConnection_butNotWithTheEngine() {
        List<String> before = all();
        String kept;
        try (Running one = hold("", "{}");
                Running two = hold("", "{}")) {
            kept = id(one);
            makeLeased("io.wharf.lease=" + kept, "k");
            rig.ok("volume", "create", "--label", "io.wharf.lease=" + id(two), "forgotten");
            rig.engine().kill();
        }
        rig.engine().start();
        try (Running again = hold("?id=" + kept, "{}")) {
            assertThat(all()).contains("kruns");
            assertThat(isForgotten()).isFalse();
            // While the grace of the start lasts.
            whatIsLeasedGoesAndNothingElse();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(200))
                    .until(LeasesTest::isForgotten);
            assertThat(all()).contains("kruns", "kmade", "knet", "kvol", "kimage:one", "kimage:two");
            assertThat(rig.http().delete("/wharf/v1/leases/" + kept).status()).isEqualTo(204);
            assertThat(all().stream().filter(name -> name.startsWith("k"))).isEmpty();
            assertThat(all()).containsAll(before).contains("mine", "mynet", "myvol");
            again.finish();
            assertThat(again.out()).contains("\"State\":\"ending\"");
        }
        assertThat(rig.http().post("/wharf/v1/leases?id=none", "{}").status()).isEqualTo(404);
    }

    @Test
    void whatIsMadeDuringTheRemoval_goesToo_andWhatOthersUseStaysAsLong() {
        List<String> before = all();
        String label;
        try (Running holder = hold("", "{}")) {
            label = "io.wharf.lease=" + id(holder);
            rig.ok("volume", "create", "--label", label, "wanted");
            rig.ok("create", "--name", "user", "-v", "wanted:/data", "busybox");
            for (int i = 0; i < 10; i++) {
                rig.ok("create", "--label", label, "--name", "box" + i, "busybox");
            }
            String told = rig.http().delete("/wharf/v1/leases/" + id(holder)).body();
            assertThat(told).contains("volume wanted", "in use");
        }
        rig.ok("create", "--label", label, "--name", "late", "busybox");
        assertThat(all()).contains("user", "wanted");
        rig.ok("rm", "user");
        awaitAll(before);
        Awaitility.await()
                .until(() -> rig.http().get("/wharf/v1/leases").body().strip().equals("[]"));
    }
}
