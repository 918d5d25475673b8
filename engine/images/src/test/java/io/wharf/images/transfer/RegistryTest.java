package io.wharf.images.transfer;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.Digest;
import io.wharf.base.Event;
import io.wharf.base.Ids;
import io.wharf.contracts.ImageService.CommitImage;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.contracts.ImageService.PushImage;
import io.wharf.contracts.ImageService.RegistryAuth;
import io.wharf.images.FakeRegistry;
import io.wharf.images.RealRegistry;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import io.wharf.images.spec.ImageConfig;
import io.wharf.images.spec.MediaTypes;
import io.wharf.linux.RemoveTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Push and pull with the registry that everybody runs. */
class RegistryTest {
    private static RealRegistry registry;
    private Room room;

    @BeforeAll
    static void start() {
        registry = RealRegistry.open();
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @BeforeEach
    void open() {
        room = Room.open();
    }

    @AfterEach
    void close() {
        room.close();
    }

    private static byte[] root() {
        return new Tar()
                .folder("./")
                .file("etc/motd", "hi")
                .file("big", "0123456789".repeat(300_000))
                .bytes();
    }

    /** An image of two layers with a whiteout. */
    private String image(String name) throws IOException {
        Digest base = Digest.parse(room.importTar(root(), null, "CMD sh"));
        String container = Ids.random();
        await(room.images.createLayer(container, base, Map.of()));
        Path root = Path.of(await(room.images.mountRoot(container)).path());
        Files.delete(root.resolve("etc/motd"));
        Files.writeString(root.resolve("new"), name);
        Digest made = await(room.images.commit(
                new CommitImage(container, base, ImageConfig.NO_CONFIG, name, "v1", null, null, List.of())));
        await(room.images.removeLayer(container));
        return made.toString();
    }

    private List<Progress> push(String name, String tag) {
        return room.watch(room.images.push(new PushImage(name, tag, null)));
    }

    private static List<Progress> pull(Room room, String name, String tag) {
        return room.watch(room.images.pull(new PullImage(name, tag, false, null, null)));
    }

    private static List<String> statuses(List<Progress> lines) {
        return lines.stream().map(Progress::status).filter(Objects::nonNull).toList();
    }

    private static Object aux(List<Progress> lines) {
        Object aux = lines.getLast().aux();
        assertThat(aux).as("the last of %s", lines).isNotNull();
        return Objects.requireNonNull(aux);
    }

    @Test
    void pushAndPull_keepIdsDigestsAndContent() throws IOException {
        String name = registry.host() + "/team/app";
        String id = image(name);
        List<Progress> pushed = push(name, "v1");
        assertThat(statuses(pushed))
                .startsWith("The push refers to repository [" + name + "]")
                .contains("Preparing", "Pushed");
        Map<?, ?> aux = (Map<?, ?>) aux(pushed);
        assertThat(statuses(pushed).getLast())
                .isEqualTo("v1: digest: " + aux.get("Digest") + " size: " + aux.get("Size"));
        assertThat(room.events.getLast())
                .extracting(Event::action, Event::actorId)
                .containsExactly("push", name + ":v1");
        // Nothing is sent again, and it has the same digest.
        List<Progress> again = push(name, "v1");
        assertThat(statuses(again)).contains("Layer already exists").doesNotContain("Pushed");
        assertThat(aux(again)).isEqualTo(aux);

        try (Room other = Room.open()) {
            List<String> lines = statuses(pull(other, name, "v1"));
            assertThat(lines)
                    .startsWith("Pulling from team/app")
                    .contains("Pulling fs layer", "Download complete", "Pull complete")
                    .endsWith("Digest: " + aux.get("Digest"), "Status: Downloaded newer image for " + name + ":v1");
            var detail = await(other.images.inspect(name + ":v1"));
            assertThat(detail.id()).isEqualTo(id);
            assertThat(detail.repoDigests()).containsExactly(name + "@" + aux.get("Digest"));
            assertThat(await(other.images.inspect(String.valueOf(aux.get("Digest"))))
                            .id())
                    .isEqualTo(id);
            assertThat(other.events).extracting(Event::action).containsExactly("pull");
            assertThat(statuses(pull(other, name, "v1")))
                    .contains("Already exists")
                    .endsWith("Status: Image is up to date for " + name + ":v1");

            String container = Ids.random();
            await(other.images.createLayer(container, Digest.parse(id), Map.of()));
            Path root = Path.of(await(other.images.mountRoot(container)).path());
            assertThat(root.resolve("etc/motd")).doesNotExist();
            assertThat(root.resolve("big")).hasSize(3_000_000);
            await(other.images.removeLayer(container));

            // What was pulled goes elsewhere byte by byte, also after a restart and to another registry.
            try (RealRegistry second = RealRegistry.open()) {
                String elsewhere = second.host() + "/copy";
                await(other.images.tag(name + ":v1", elsewhere, "x"));
                List<Progress> copied = other.watch(other.images.push(new PushImage(elsewhere, "x", null)));
                assertThat(((Map<?, ?>) aux(copied)).get("Digest")).isEqualTo(aux.get("Digest"));
                await(other.images.tag(name + ":v1", registry.host() + "/mounted", "x"));
                List<Progress> mounted =
                        other.watch(other.images.push(new PushImage(registry.host() + "/mounted", "x", null)));
                assertThat(statuses(mounted)).contains("Mounted from team/app");
                assertThat(((Map<?, ?>) aux(mounted)).get("Digest")).isEqualTo(aux.get("Digest"));
            }
            // What is saved loads with the same ids.
            byte[] archive = other.drain(other.images.save(List.of(name + ":v1")));
            try (Room third = Room.open()) {
                third.watch(third.images.load(third.offer(archive), true));
                assertThat(await(third.images.inspect(name + ":v1")).id()).isEqualTo(id);
            }
            // With the image go its layers and its blobs.
            await(other.images.remove(id, true, false));
            org.awaitility.Awaitility.await().untilAsserted(() -> {
                for (Path folder : List.of(other.layout.blobs(), other.layout.layers(), other.layout.ingest())) {
                    try (var left = Files.list(folder)) {
                        assertThat(left).isEmpty();
                    }
                }
            });
        }
    }

    @Test
    void pull_byDigestAndAllTags() throws IOException {
        String name = registry.host() + "/tags";
        String id = image(name);
        Object digest = ((Map<?, ?>) aux(push(name, "v1"))).get("Digest");
        await(room.images.tag(id, name, "v2"));
        push(name, "v2");
        try (Room other = Room.open()) {
            pull(other, name, String.valueOf(digest));
            assertThat(await(other.images.inspect(name + "@" + digest)).repoTags())
                    .isEmpty();
            other.watch(other.images.pull(new PullImage(name, null, true, null, null)));
            assertThat(await(other.images.inspect(id)).repoTags()).containsExactly(name + ":v1", name + ":v2");
        }
    }

    @Test
    void pull_ofTheSameTwiceAtOnceSharesTheWork() throws IOException {
        String name = registry.host() + "/shared";
        image(name);
        push(name, "v1");
        try (Room other = Room.open()) {
            var request = new PullImage(name, "v1", false, null, null);
            var first = other.handles.take(await(other.images.pull(request)));
            var second = other.handles.take(await(other.images.pull(request)));
            String last = "Status: Downloaded newer image for " + name + ":v1";
            assertThat(first.blockingLast().status()).isEqualTo(last);
            assertThat(second.blockingLast().status()).isEqualTo(last);
            assertThat(other.events).extracting(Event::action).containsExactly("pull");
        }
    }

    @Test
    void pull_nobodyWaitsForLeavesNothing() throws IOException {
        String name = registry.host() + "/cancelled";
        image(name);
        push(name, "v1");
        try (Room other = Room.open()) {
            var lines = other.handles.take(await(other.images.pull(new PullImage(name, "v1", false, null, null))));
            lines.test().cancel();
            // Unless it was quicker than the cancellation, there is nothing.
            org.awaitility.Awaitility.await().untilAsserted(() -> {
                try (var left = Files.list(other.layout.ingest());
                        var layers = Files.list(other.layout.layers())) {
                    assertThat(left).isEmpty();
                    assertThat(layers.count()).isIn(0L, 2L);
                }
            });
        }
    }

    @Test
    void failures_speakAsDocker() {
        String name = registry.host() + "/none";
        assertThatThrownBy(() -> pull(room, name, "v1"))
                .hasMessage("manifest for " + name + ":v1 not found: manifest unknown: manifest unknown");
        assertThatThrownBy(() -> push(name, "v1")).hasMessage("An image does not exist locally with the tag: " + name);
        assertThatThrownBy(() -> pull(room, "127.0.0.1:1/x", "v1"))
                .hasMessage(
                        "failed to resolve reference \"127.0.0.1:1/x:v1\": failed to do request:"
                                + " Get \"http://127.0.0.1:1/v2/x/manifests/v1\": dial tcp 127.0.0.1:1: connect: connection refused");
    }

    @Test
    void password_isWantedAndGiven() throws IOException {
        try (RealRegistry closed = RealRegistry.withPassword()) {
            String name = closed.host() + "/app";
            image(name);
            var good = new RegistryAuth("me", "secret", closed.host(), null, null);
            var bad = new RegistryAuth("me", "wrong", closed.host(), null, null);
            assertThat(await(room.images.authenticate(good)))
                    .isEqualTo(new io.wharf.contracts.ImageService.Login("Login Succeeded", ""));
            assertThatThrownBy(() -> await(room.images.authenticate(bad)))
                    .hasMessage(
                            "login attempt to http://" + closed.host() + "/v2/ failed with status: 401 Unauthorized");
            assertThatThrownBy(() -> push(name, "v1")).hasMessageContaining("no basic auth credentials");
            room.watch(room.images.push(new PushImage(name, "v1", good)));
            try (Room other = Room.open()) {
                other.watch(other.images.pull(new PullImage(name, "v1", false, null, good)));
                assertThat(await(other.images.inspect(name + ":v1")).repoTags()).containsExactly(name + ":v1");
            }
        }
    }

    @Test
    void shortNames_comeFromTheMirror() throws IOException {
        String name = registry.host() + "/library/tiny";
        String id = image(name);
        push(name, "v1");
        try (Room other = Room.open(List.of(), List.of("http://" + registry.host() + "/"))) {
            assertThat(statuses(pull(other, "tiny", "v1"))).contains("Pulling from library/tiny");
            assertThat(await(other.images.inspect("tiny:v1")).id()).isEqualTo(id);
        }
    }

    @Test
    void push_ofAForeignManifestKeepsEveryByte() {
        byte[] tar = new Tar().file("f", "x").bytes();
        try (FakeRegistry fake = new FakeRegistry(room.vertx, false, false)) {
            for (byte[] packed :
                    List.of(FakeRegistry.gzip(tar, new byte[512]), com.github.luben.zstd.Zstd.compress(tar))) {
                byte[] plain = packed[0] == 0x1f ? java.util.Arrays.copyOf(tar, tar.length + 512) : tar;
                Digest manifest = fake.image(
                        "t", "amd64", MediaTypes.OCI_LAYER + "+gzip", List.of(packed), List.of(Digest.of(plain)));
                pull(room, fake.host() + "/app", "t");
                String name = registry.host() + "/foreign";
                await(room.images.tag(fake.host() + "/app:t", name, "t"));
                assertThat(((Map<?, ?>) aux(push(name, "t"))).get("Digest")).isEqualTo(manifest.toString());
            }
        }
    }

    @Test
    void skopeo_readsWhatWeSaveAndPush() throws Exception {
        String name = registry.host() + "/forskopeo";
        String id = image(name);
        push(name, "v1");
        Path archive = room.folder.resolve("a.tar");
        Files.write(archive, room.drain(room.images.save(List.of(name + ":v1"))));
        for (String source : List.of(
                "docker-archive:" + archive + ":" + name + ":v1",
                "oci-archive:" + archive,
                "docker://" + name + ":v1")) {
            Path copy = room.folder.resolve("copy");
            Process process = new ProcessBuilder(
                            "skopeo", "--insecure-policy", "copy", "--src-tls-verify=false", source, "dir:" + copy)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor()).as(said).isZero();
            assertThat(copy.resolve(id.substring(7))).exists();
            RemoveTree.at(copy);
        }
    }
}
