package io.wharf.images.transfer;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PushImage;
import io.wharf.contracts.ImageService.RegistryAuth;
import io.wharf.contracts.RegistryOptions;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import io.wharf.images.TakingRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Blobs on their way to registries that break off, refuse, forget and ask for tokens. */
class UploadTest {
    private Room room;
    private TakingRegistry registry;

    private static byte[] tar() {
        byte[] content = new byte[2_500_000];
        new Random(5).nextBytes(content);
        return new Tar()
                .file("random", new String(content, StandardCharsets.ISO_8859_1))
                .file("text", "Some text that packs well. ".repeat(200_000))
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
        registry = new TakingRegistry(room.vertx);
        room.importTar(tar(), registry.host() + "/app");
    }

    @AfterEach
    void close() {
        try (var left = Files.list(room.layout.ingest())) {
            assertThat(left).isEmpty();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            registry.close();
            room.close();
        }
    }

    private List<Progress> push(String repository, @Nullable RegistryAuth auth) {
        return room.watch(room.images.push(new PushImage(registry.host() + "/" + repository, "latest", auth)));
    }

    private List<String> push() {
        return push("app", null).stream()
                .map(Progress::status)
                .filter(Objects::nonNull)
                .toList();
    }

    private static boolean isPatch(HttpServerRequest request) {
        return request.method().equals(HttpMethod.PATCH);
    }

    private static String digest(List<Progress> lines) {
        return String.valueOf(
                ((Map<?, ?>) Objects.requireNonNull(lines.getLast().aux())).get("Digest"));
    }

    @Test
    void brokenUpload_goesOnWhereItBroke() {
        AtomicInteger times = new AtomicInteger();
        registry.mood((self, request) -> {
            if (isPatch(request) && times.incrementAndGet() < 4) {
                self.take(request, 700_000);
                return true;
            }
            return false;
        });
        assertThat(push()).contains("Retrying in 1 second", "Pushed");
        assertThat(registry.asked("PATCH")).hasSize(4).element(3).asString().matches(".* 2100000-\\d+");
        // The layer's and the config's.
        assertThat(registry.asked("POST")).hasSize(2);
    }

    @Test
    void uploadThatWasForgotten_beginsAnew() {
        AtomicInteger times = new AtomicInteger();
        registry.mood((self, request) -> {
            if (isPatch(request) && times.incrementAndGet() == 1) {
                self.forget();
                request.connection().close();
                return true;
            }
            return false;
        });
        assertThat(push()).contains("Pushed");
        assertThat(registry.asked("PATCH")).hasSize(2);
    }

    @Test
    void uploadWhoseLastAnswerWasLost_isNotSentAgain() {
        AtomicInteger times = new AtomicInteger();
        registry.mood((self, request) -> {
            if (request.method().equals(HttpMethod.PUT)
                    && request.path().contains("/uploads/")
                    && times.incrementAndGet() == 1) {
                self.keep(request.path(), String.valueOf(request.getParam("digest")));
                request.connection().close();
                return true;
            }
            return false;
        });
        assertThat(push()).contains("Pushed");
        assertThat(registry.asked("PATCH")).hasSize(1);
    }

    @Test
    void registryThatIsBusy_isAskedAgain() {
        AtomicInteger times = new AtomicInteger();
        registry.mood((self, request) -> {
            if (times.incrementAndGet() % 3 == 0) {
                request.response().setStatusCode(503).end();
                return true;
            }
            return false;
        });
        assertThat(push()).contains("Pushed");
    }

    @Test
    void registryThatRefuses_isNotAskedAgain() {
        registry.mood((self, request) -> {
            if (isPatch(request)) {
                request.response()
                        .setStatusCode(403)
                        .end("{\"errors\": [{\"code\": \"DENIED\", \"message\": \"no room\"}]}");
                return true;
            }
            return false;
        });
        assertThatThrownBy(() -> push()).hasMessage("denied: no room");
        assertThat(registry.asked("PATCH")).hasSize(1);
    }

    @Test
    void registryThatAlwaysBreaks_isGivenUp() {
        registry.mood((self, request) -> {
            if (isPatch(request)) {
                request.connection().close();
                return true;
            }
            return false;
        });
        assertThatThrownBy(() -> push()).hasMessageContaining("Patch \"http://" + registry.host());
        assertThat(registry.asked("PATCH")).hasSize(3);
    }

    @Test
    void longBodies_goInPartsWhereAProxyRefusesThem() {
        registry.mood((self, request) -> {
            if (isPatch(request) && Long.parseLong(request.getHeader("Content-Length")) > 20 << 20) {
                request.response().setStatusCode(413).end();
                return true;
            }
            return false;
        });
        byte[] content = new byte[30 << 20];
        new Random(9).nextBytes(content);
        room.importTar(
                new Tar()
                        .add(io.wharf.tar.TarEntry.file("big", 0644, content.length), content)
                        .bytes(),
                registry.host() + "/app");
        assertThat(push()).contains("Pushed");
        assertThat(registry.asked("PATCH")).hasSize(3).element(2).asString().matches(".* " + (16 << 20) + "-\\d+");
    }

    @Test
    void mount_wantsATokenForItsSource() {
        registry.wantTokens();
        var auth = new RegistryAuth("me", "secret", registry.host(), null, null);
        String first = digest(push("app", auth));
        await(room.images.tag(registry.host() + "/app", registry.host() + "/copy", "latest"));
        List<Progress> lines = push("copy", auth);
        assertThat(lines)
                .extracting(Progress::status)
                .contains("Mounted from app")
                .doesNotContain("Pushed");
        assertThat(digest(lines)).isEqualTo(first);
        assertThat(registry.asked("GET").getLast())
                .contains("scope=repository%3Acopy%3Apull%2Cpush&scope=repository%3Aapp%3Apull");
        assertThat(registry.asked("PATCH")).hasSize(1);
    }

    @Test
    void mountThatIsRefused_isSentInstead() {
        String first = digest(push("app", null));
        registry.mood((self, request) -> {
            if (request.getParam("mount") != null) {
                request.response().setStatusCode(405).end();
                return true;
            }
            return false;
        });
        await(room.images.tag(registry.host() + "/app", registry.host() + "/copy", "latest"));
        List<Progress> lines = push("copy", null);
        assertThat(lines).extracting(Progress::status).contains("Pushed");
        // Packed anew, to the same bytes.
        assertThat(digest(lines)).isEqualTo(first);
    }

    @Test
    void uploadBegunInsteadOfAMount_mayBeForgotten() {
        push("app", null);
        registry.blobs.keySet().removeIf(blob -> blob.startsWith("app@"));
        AtomicInteger times = new AtomicInteger();
        registry.mood((self, request) -> {
            if (isPatch(request) && times.incrementAndGet() == 1) {
                self.forget();
            }
            return false;
        });
        await(room.images.tag(registry.host() + "/app", registry.host() + "/copy", "latest"));
        assertThat(push("copy", null)).extracting(Progress::status).contains("Pushed");
        assertThat(registry.asked("POST")).anyMatch(line -> line.contains("/copy/") && line.contains("mount="));
        assertThat(times).hasValue(2);
    }

    @Test
    void layers_goAsManyAtATimeAsConfigured() {
        await(room.images.reach(
                new RegistryOptions(List.of(), List.of(), List.of(), RegistryOptions.Proxies.NONE, 3, 1, 3)));
        room.importTar(new Tar().file("other", "x").bytes(), registry.host() + "/second");
        Queue<Runnable> held = new ConcurrentLinkedQueue<>();
        registry.mood((self, request) -> {
            if (isPatch(request) && request.path().contains("/app/")) {
                request.pause();
                held.add(() -> {
                    self.take(request, Integer.MAX_VALUE);
                    request.resume();
                });
                return true;
            }
            return false;
        });
        var first = watch("app");
        Awaitility.await().until(() -> !held.isEmpty());
        var second = watch("second");
        Awaitility.await().until(() -> second.values().stream().anyMatch(line -> "Preparing".equals(line.status())));
        held.remove().run();
        Awaitility.await().untilAsserted(first::assertComplete);
        Awaitility.await().untilAsserted(second::assertComplete);
        List<String> uploads = List.copyOf(registry.requests).stream()
                .filter(line -> line.contains("/blobs/uploads/"))
                .toList();
        assertThat(uploads.stream().filter(line -> line.startsWith("POST /v2/second")))
                .hasSize(2);
        assertThat(uploads.indexOf("POST /v2/second/blobs/uploads/"))
                .isGreaterThan(uploads.stream()
                        .map(line -> line.startsWith("PUT /v2/app/"))
                        .toList()
                        .indexOf(true));
    }

    private io.reactivex.rxjava3.subscribers.TestSubscriber<Progress> watch(String repository) {
        var request = new PushImage(registry.host() + "/" + repository, "latest", null);
        return room.handles.take(await(room.images.push(request))).test();
    }

    @Test
    void imageThatWasRemovedMeanwhile_getsNoName() {
        Queue<Runnable> held = new ConcurrentLinkedQueue<>();
        registry.mood((self, request) -> {
            if (request.path().contains("/manifests/")) {
                held.add(() -> request.response().setStatusCode(201).end());
                return true;
            }
            return false;
        });
        var pushed = watch("app");
        Awaitility.await().until(() -> !held.isEmpty());
        await(room.images.remove(registry.host() + "/app:latest", true, false));
        held.forEach(Runnable::run);
        Awaitility.await().untilAsserted(pushed::assertComplete);
        assertThat(await(room.store.read("SELECT name FROM image_name", row -> row.text(1))))
                .isEmpty();
        assertThat(await(room.store.read("SELECT digest FROM image_manifest", row -> row.text(1))))
                .isEmpty();
    }

    @Test
    void clientThatLeaves_endsTheUpload() {
        registry.mood((self, request) -> {
            if (isPatch(request)) {
                request.pause();
                return true;
            }
            return false;
        });
        var lines = room.handles.take(await(room.images.push(new PushImage(registry.host() + "/app", "latest", null))));
        var watched = lines.test();
        Awaitility.await().until(() -> !registry.asked("PATCH").isEmpty());
        watched.cancel();
        Awaitility.await().untilAsserted(() -> {
            try (var left = Files.list(room.layout.ingest())) {
                assertThat(left).isEmpty();
            }
        });
    }
}
