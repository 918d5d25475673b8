package io.wharf.images.registry;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.Digest;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.images.FlakyRegistry;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Blobs that come in pieces, late, twice or not at all. */
class DownloadTest {
    private static final byte[] TAR = tar(1);
    private static final Digest DIFF = Digest.of(TAR);

    private Room room;
    private FlakyRegistry registry;

    private static byte[] tar(long seed) {
        byte[] content = new byte[900_000];
        new Random(seed).nextBytes(content);
        return new Tar()
                .file("f" + seed, new String(content, java.nio.charset.StandardCharsets.ISO_8859_1))
                .bytes();
    }

    @BeforeAll
    static void hurry() {
        System.setProperty("wharf.registry.patience", "700,3,20,400,3");
    }

    @AfterAll
    static void beUsual() {
        System.clearProperty("wharf.registry.patience");
    }

    @BeforeEach
    void open() {
        room = Room.open();
        registry = new FlakyRegistry(room.vertx);
        registry.image("t", TAR);
    }

    @AfterEach
    void close() {
        registry.close();
        room.close();
    }

    private List<Progress> pull(String tag) {
        return room.watch(room.images.pull(new PullImage(registry.host() + "/app", tag, false, null, null)));
    }

    private static boolean isBlob(io.vertx.core.http.HttpServerRequest request) {
        return request.path().contains(DIFF.toString());
    }

    private void assertNoLeftovers() {
        Awaitility.await().untilAsserted(() -> {
            for (Path folder : List.of(room.layout.ingest(), room.layout.layers(), room.layout.blobs())) {
                try (var left = Files.list(folder)) {
                    assertThat(left).isEmpty();
                }
            }
        });
    }

    @Test
    void brokenDownload_goesOnWhereItBroke() {
        AtomicInteger times = new AtomicInteger();
        registry.mood((self, request) -> {
            if (isBlob(request) && times.incrementAndGet() < 4) {
                self.serve(request, 200_000);
                return true;
            }
            return false;
        });
        List<String> statuses = pull("t").stream().map(Progress::status).toList();
        assertThat(statuses).contains("Retrying in 1 second", "Download complete", "Pull complete");
        List<String> asked = registry.asked(DIFF);
        assertThat(asked).hasSize(4);
        assertThat(asked.getFirst()).doesNotContain("bytes=");
        assertThat(asked.subList(1, 4)).allMatch(line -> line.matches(".* bytes=\\d+-"));
        // Each begins at most one unread buffer before where the last one ended.
        assertThat(asked.getLast()).matches(".* bytes=(4|5|6)\\d{5}-");
    }

    @Test
    void registryThatIgnoresRanges_isReadAnewAndWritesOnce() {
        AtomicInteger times = new AtomicInteger();
        registry.mood((self, request) -> {
            if (!isBlob(request)) {
                return false;
            }
            if (times.incrementAndGet() == 1) {
                self.serve(request, 300_000);
            } else {
                request.headers().remove("Range");
                self.serve(request, Integer.MAX_VALUE);
            }
            return true;
        });
        pull("t");
        assertThat(times).hasValue(2);
    }

    @Test
    void pullAfterACrash_fetchesOnlyWhatIsMissing() throws IOException {
        Files.createDirectories(room.layout.downloads());
        Files.write(room.layout.downloads().resolve(DIFF.hex()), java.util.Arrays.copyOf(TAR, 500_000));
        pull("t");
        assertThat(registry.asked(DIFF)).containsExactly("GET /v2/app/blobs/" + DIFF + " bytes=500000-");
        assertThat(room.layout.downloads()).isEmptyDirectory();
    }

    @Test
    void wrongBeginning_isFetchedAnew() throws IOException {
        Files.createDirectories(room.layout.downloads());
        Files.write(room.layout.downloads().resolve(DIFF.hex()), new byte[500_000]);
        pull("t");
        assertThat(registry.asked(DIFF)).hasSize(2).last().asString().doesNotContain("bytes=");
        // One that is complete and wrong is not believed either.
        await(room.images.remove(registry.host() + "/app:t", true, false));
        Files.write(room.layout.downloads().resolve(DIFF.hex()), new byte[TAR.length]);
        pull("t");
        assertThat(registry.asked(DIFF)).hasSize(3);
    }

    @Test
    void silentRegistry_failsInBoundedTime() {
        registry.mood((self, request) -> isBlob(request));
        long begun = System.nanoTime();
        assertThatThrownBy(() -> pull("t")).hasMessageContaining("timeout awaiting response headers");
        assertThat(System.nanoTime() - begun).isLessThan(10_000_000_000L);
        assertNoLeftovers();
        // The reason stays the same the second time.
        assertThatThrownBy(() -> pull("t")).hasMessageContaining("timeout awaiting response headers");
    }

    @Test
    void cancelledPull_endsAtOnceAndKeepsWhatCame() {
        registry.mood((self, request) -> {
            if (isBlob(request)) {
                request.response()
                        .putHeader("Content-Length", Integer.toString(TAR.length))
                        .write(io.vertx.core.buffer.Buffer.buffer(java.util.Arrays.copyOf(TAR, 300_000)));
                return true;
            }
            return false;
        });
        var lines = room.handles.take(
                await(room.images.pull(new PullImage(registry.host() + "/app", "t", false, null, null))));
        var watching = lines.test();
        Path file = room.layout.downloads().resolve(DIFF.hex());
        Awaitility.await().until(() -> Files.exists(file) && Files.size(file) == 300_000);
        watching.cancel();
        assertNoLeftovers();
        registry.mood((self, request) -> false);
        pull("t");
        assertThat(registry.asked(DIFF).getLast()).endsWith(" bytes=300000-");
    }

    @Test
    void cancelledPull_leavesTheWorkToWhoStillWaits() {
        registry.image("u", TAR, tar(2));
        AtomicInteger blobs = new AtomicInteger();
        var held = new java.util.concurrent.ConcurrentLinkedQueue<Runnable>();
        registry.mood((self, request) -> {
            if (isBlob(request)) {
                blobs.incrementAndGet();
                held.add(() -> self.serve(request, Integer.MAX_VALUE));
                return true;
            }
            return false;
        });
        var first = room.handles
                .take(await(room.images.pull(new PullImage(registry.host() + "/app", "t", false, null, null))))
                .test();
        Awaitility.await().until(() -> !held.isEmpty());
        var second = room.handles
                .take(await(room.images.pull(new PullImage(registry.host() + "/app", "u", false, null, null))))
                .test();
        Awaitility.await()
                .until(() -> second.values().stream().anyMatch(line -> "Pull complete".equals(line.status())));
        first.cancel();
        held.forEach(Runnable::run);
        Awaitility.await().untilAsserted(second::assertComplete);
        assertThat(blobs).hasValue(1);
        assertThat(await(room.images.inspect(registry.host() + "/app:u")).size())
                .isPositive();
    }

    @Test
    void downloadThatAnotherRegistryRefuses_comesFromOnesOwn() {
        try (FlakyRegistry other = new FlakyRegistry(room.vertx)) {
            other.image("t", TAR);
            var held = new java.util.concurrent.ConcurrentLinkedQueue<Runnable>();
            registry.mood((self, request) -> {
                if (isBlob(request)) {
                    held.add(() -> request.response().setStatusCode(403).end());
                    return true;
                }
                return false;
            });
            var first = room.handles
                    .take(await(room.images.pull(new PullImage(registry.host() + "/app", "t", false, null, null))))
                    .test();
            Awaitility.await().until(() -> !held.isEmpty());
            var second = room.handles
                    .take(await(room.images.pull(new PullImage(other.host() + "/app", "t", false, null, null))))
                    .test();
            Awaitility.await()
                    .until(() -> second.values().stream().anyMatch(line -> "Pulling fs layer".equals(line.status())));
            held.forEach(Runnable::run);
            Awaitility.await().untilAsserted(second::assertComplete);
            assertThat(first.values()).extracting(Progress::status).doesNotContain("Pull complete");
            assertThat(other.asked(DIFF)).hasSize(1);
        }
    }

    @Test
    void rightBytes_stayWhateverElseIsWrong() {
        byte[] torn = java.util.Arrays.copyOf(TAR, 700_000);
        registry.image("torn", torn);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> pull("torn")).hasMessageContaining("unexpected EOF");
        }
        assertThat(registry.asked(Digest.of(torn))).hasSize(1);
        assertNoLeftovers();
    }

    @Test
    void busyRegistry_isAskedAgainWhenItSays() {
        AtomicInteger times = new AtomicInteger();
        registry.mood((self, request) -> {
            if (request.path().contains("/manifests/") && times.incrementAndGet() < 3) {
                request.response()
                        .setStatusCode(times.get() == 1 ? 429 : 503)
                        .putHeader("Retry-After", "0")
                        .end();
                return true;
            }
            return false;
        });
        pull("t");
        assertThat(times).hasValue(3);
    }

    @Test
    void registryThatWantsLongWaits_isNotWaitedFor() {
        registry.mood((self, request) -> {
            request.response()
                    .setStatusCode(429)
                    .putHeader("Retry-After", "3600")
                    .end("{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"You have reached your limit\"}]}");
            return true;
        });
        assertThatThrownBy(() -> pull("t")).hasMessage("toomanyrequests: You have reached your limit");
        assertThat(registry.requests).hasSize(1);
    }

    @Test
    void redirectLoop_isRefused() {
        registry.mood((self, request) -> {
            if (isBlob(request)) {
                request.response()
                        .setStatusCode(302)
                        .putHeader("Location", request.uri())
                        .end();
                return true;
            }
            return false;
        });
        assertThatThrownBy(() -> pull("t")).hasMessageContaining("stopped after 10 redirects");
        assertThat(registry.asked(DIFF)).hasSize(11);
    }

    @Test
    void largeManifest_isRefused() {
        registry.mood((self, request) -> {
            if (request.path().contains("/manifests/")) {
                request.response().setChunked(true);
                byte[] chunk = new byte[1 << 20];
                for (int i = 0; i < 20 && !request.response().closed(); i++) {
                    request.response().write(io.vertx.core.buffer.Buffer.buffer(chunk));
                }
                request.response().end();
                return true;
            }
            return false;
        });
        assertThatThrownBy(() -> pull("t")).hasMessageContaining("too long: more than 4 MiB");
    }

    @Test
    void progress_isDockers() {
        List<Progress> lines = pull("t");
        String id = DIFF.hex().substring(0, 12);
        assertThat(lines.getFirst()).isEqualTo(Progress.status("t", "Pulling from app"));
        assertThat(lines.stream()
                        .filter(line -> id.equals(line.id()))
                        .map(line -> Objects.requireNonNull(line.status()))
                        .distinct())
                .containsSubsequence(
                        "Pulling fs layer", "Verifying Checksum", "Download complete", "Extracting", "Pull complete");
        assertThat(new String(io.wharf.base.Json.writeBytes(Progress.step(id, "Waiting"))))
                .isEqualTo("{\"status\":\"Waiting\",\"progressDetail\":{},\"id\":\"" + id + "\"}");
        assertThat(Progress.amount(id, "Downloading", 1_500_000, 3_000_000).progress())
                .isEqualTo("[" + "=".repeat(25) + ">" + " ".repeat(25) + "]    1.5MB/3MB");
    }
}
