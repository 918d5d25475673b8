package io.wharf.images.registry;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.ImageService.PullImage;
import io.wharf.contracts.ImageService.RegistryAuth;
import io.wharf.images.FlakyRegistry;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hosts that stand in for a registry, as {@code hosts.toml} names them. */
class MirrorsTest {
    private static final byte[] TAR = new Tar().file("f", "x".repeat(10_000)).bytes();

    private Room room;
    private FlakyRegistry origin;
    private FlakyRegistry mirror;

    @BeforeEach
    void open() {
        room = Room.open();
        origin = new FlakyRegistry(room.vertx);
        mirror = new FlakyRegistry(room.vertx);
        origin.image("t", TAR);
        mirror.image("t", TAR);
    }

    @AfterEach
    void close() {
        origin.close();
        mirror.close();
        room.close();
    }

    private void hosts(String registry, String text) throws IOException {
        Path folder = Files.createDirectories(room.folder.resolve("certs.d").resolve(registry));
        Files.writeString(folder.resolve("hosts.toml"), text);
    }

    private void pull(String registry) {
        room.watch(room.images.pull(
                new PullImage(registry + "/app", "t", false, null, new RegistryAuth("me", "pw", null, null, null))));
        await(room.images.remove(registry + "/app:t", true, false));
    }

    @Test
    void mirror_servesAndIsToldForWhom() throws IOException {
        hosts("example.test", """
                server = "http://%s"
                [host."http://%s"]
                  capabilities = ["pull", "resolve"]
                  [host."http://%2$s".header]
                    x-from = "here"
                """.formatted(origin.host(), mirror.host()));
        java.util.List<String> headers = java.util.Collections.synchronizedList(new java.util.ArrayList<>());
        mirror.mood((self, request) -> {
            headers.add(request.getHeader("x-from") + " " + request.getHeader("Authorization"));
            return false;
        });
        pull("example.test");
        assertThat(origin.requests).isEmpty();
        assertThat(mirror.requests).hasSize(3).allMatch(line -> line.endsWith("?ns=example.test"));
        assertThat(headers).containsOnly("here null");
    }

    @Test
    void failures_fallBackToTheRegistry() throws IOException {
        hosts(origin.host(), """
                [host."http://127.0.0.1:1"]
                [host."http://%s"]
                """.formatted(mirror.host()));
        mirror.mood((self, request) -> {
            if (request.path().contains("/blobs/")) {
                request.response().setStatusCode(500).end();
                return true;
            }
            return false;
        });
        pull(origin.host());
        assertThat(mirror.requests).anyMatch(line -> line.contains("/manifests/t"));
        assertThat(origin.requests).noneMatch(line -> line.contains("/manifests/"));
        assertThat(origin.requests).filteredOn(line -> line.contains("/blobs/")).hasSize(2);
    }

    @Test
    void mirrorThatMayNotResolve_servesBlobsOnly() throws IOException {
        hosts(origin.host().replaceAll(":(\\d+)", "_$1_"), """
                [host."http://%s"]
                  capabilities = ["pull"]
                """.formatted(mirror.host()));
        pull(origin.host());
        assertThat(mirror.requests).hasSize(2).allMatch(line -> line.contains("/blobs/"));
        assertThat(origin.requests).allMatch(line -> line.contains("/manifests/t"));
    }

    @Test
    void defaultFolderAndOverriddenPath_count() throws IOException {
        hosts("_default", """
                [host."http://%s/v2/deep/"]
                  override_path = true
                """.formatted(mirror.host()));
        pull(origin.host());
        assertThat(mirror.requests).first().asString().startsWith("GET /v2/deep/app/manifests/t?ns=");
        assertThat(origin.requests).isNotEmpty();
    }

    @Test
    void changes_countFromTheNextPull() throws IOException {
        hosts(origin.host(), "[host.\"http://" + mirror.host() + "\"]\n");
        pull(origin.host());
        assertThat(origin.requests).isEmpty();
        hosts(origin.host(), "");
        pull(origin.host());
        assertThat(origin.requests).isNotEmpty();
    }

    @Test
    void mirrorThatLies_isNotBelieved() throws IOException {
        byte[] other = TAR.clone();
        other[600] ^= 1;
        mirror.image("t", TAR);
        mirror.mood((self, request) -> {
            if (request.path().contains(io.wharf.base.Digest.of(TAR).toString())) {
                request.response().end(io.vertx.core.buffer.Buffer.buffer(other));
                return true;
            }
            return false;
        });
        hosts(origin.host(), "[host.\"http://" + mirror.host() + "\"]\n");
        pull(origin.host());
        assertThat(origin.asked(io.wharf.base.Digest.of(TAR))).hasSize(1);
    }

    @Test
    void wrongFile_isNamed() throws IOException {
        hosts(origin.host(), "[host.\"http://x\"]\n  capabilities = [\"fly\"]\n");
        assertThatThrownBy(() -> pull(origin.host()))
                .hasMessageContaining("hosts.toml")
                .hasMessageContaining("unknown capability \"fly\"");
        hosts(origin.host(), "server = \n");
        assertThatThrownBy(() -> pull(origin.host())).hasMessageContaining("hosts.toml");
    }
}
