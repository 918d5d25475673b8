package io.wharf.images;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.Digest;
import io.wharf.base.Event;
import io.wharf.base.Ids;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService.CommitImage;
import io.wharf.contracts.ImageService.ImageSummary;
import io.wharf.contracts.ImageService.ListImages;
import io.wharf.contracts.ImageService.Removed;
import io.wharf.images.Room.Tar;
import io.wharf.images.spec.ImageConfig;
import io.wharf.linux.RemoveTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The verbs that need no registry, from import to load. */
class ImagesTest {
    private Room room;

    @BeforeEach
    void open() {
        room = Room.open();
    }

    @AfterEach
    void close() {
        room.close();
    }

    private static byte[] root(String content) {
        return new Tar().folder("./").file("etc/motd", content).bytes();
    }

    private List<ImageSummary> list(boolean all, Map<String, List<String>> filters) {
        return await(room.images.list(new ListImages(all, true, false, new Filters(filters))));
    }

    private List<String> actions() {
        return room.events.stream().map(Event::action).toList();
    }

    @Test
    void importRoot_takesChangesAndCompressedTars() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(root("x"));
        }
        String id = room.importTar(
                packed.toByteArray(),
                "app:v1",
                "CMD [\"/bin/sh\", \"-l\"]",
                "ENV A=1 B=\"2 3\"",
                "EXPOSE 80",
                "LABEL l=v",
                "ENTRYPOINT exec it",
                "WORKDIR /srv",
                "USER me",
                "VOLUME /data");
        var detail = await(room.images.inspect("app:v1"));
        assertThat(detail.id()).isEqualTo(id);
        assertThat(detail.repoTags()).containsExactly("app:v1");
        assertThat(detail.config().cmd()).containsExactly("/bin/sh", "-l");
        assertThat(detail.config().entrypoint()).containsExactly("/bin/sh", "-c", "exec it");
        assertThat(detail.config().env()).containsExactly("A=1", "B=2 3");
        assertThat(detail.config().exposedPorts()).containsKey("80/tcp");
        assertThat(detail.config().labels()).containsEntry("l", "v");
        assertThat(detail.config().workingDir()).isEqualTo("/srv");
        assertThat(detail.rootFs().layers())
                .containsExactly(Digest.of(root("x")).toString());
        assertThat(detail.size()).isEqualTo(1);
        assertThat(actions()).containsExactly("tag", "import");
        assertThat(room.events.getFirst().attributes())
                .containsEntry("name", "app:v1")
                .containsEntry("l", "v");
        var history = await(room.images.history(id));
        assertThat(history).hasSize(1);
        assertThat(history.getFirst().comment()).isEqualTo("Imported from -");
        assertThat(await(room.images.resolve(id.substring(7, 19), null)).id().toString())
                .isEqualTo(id);
        assertThatThrownBy(() -> room.importTar(root("y"), null, "FROM x"))
                .hasMessage("FROM is not a valid change command");
    }

    @Test
    void importRoot_withdrawnLeavesNothing() throws IOException {
        byte[] part =
                java.util.Arrays.copyOf(new Tar().file("f", "x".repeat(100_000)).bytes(), 50_000);
        var bytes = new Room.Bytes(room.vertx, part, false);
        var request = new io.wharf.contracts.ImageService.ImportImage(
                room.handles.offer(bytes, () -> {}), "app", null, null, null, List.of());
        var lines = room.handles.take(await(room.images.importRoot(request)));
        org.awaitility.Awaitility.await().until(() -> ingested() == 1);
        lines.test().cancel();
        org.awaitility.Awaitility.await().until(() -> ingested() == 0);
        assertThat(list(true, Map.of())).isEmpty();
    }

    private long ingested() throws IOException {
        try (var left = Files.list(room.layout.ingest())) {
            return left.count();
        }
    }

    @Test
    void importRoot_refusesGarbageAndLeavesNothing() throws IOException {
        assertThatThrownBy(
                        () -> room.importTar("this is no tar at all".repeat(100).getBytes(), "bad"))
                .hasMessageContaining("invalid tar header");
        assertThat(list(true, Map.of())).isEmpty();
        try (var left = Files.list(room.layout.ingest())) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void inspect_ofUnknownSpeaksAsDocker() {
        assertThatThrownBy(() -> await(room.images.inspect("nope"))).hasMessage("No such image: nope:latest");
        assertThatThrownBy(() -> await(room.images.inspect("UPPER"))).hasMessageContaining("must be lowercase");
    }

    @Test
    void tag_movesANameAndLeavesADanglingImage() {
        String first = room.importTar(root("1"), "app");
        String second = room.importTar(root("2"), "other");
        await(room.images.tag("other", "app", "latest"));
        assertThat(await(room.images.inspect("app")).id()).isEqualTo(second);
        assertThat(list(false, Map.of("dangling", List.of("true"))))
                .extracting(ImageSummary::id)
                .containsExactly(first);
        assertThat(list(false, Map.of("reference", List.of("a*"))))
                .extracting(ImageSummary::id)
                .containsExactly(second);
        assertThatThrownBy(() -> list(false, Map.of("color", List.of("red")))).hasMessage("invalid filter 'color'");
        var pruned = await(room.images.prune(Filters.NONE));
        assertThat(pruned.spaceReclaimed()).isEqualTo(1);
        assertThat(pruned.imagesDeleted()).extracting(Removed::deleted).contains(first);
        assertThat(list(true, Map.of())).hasSize(1);
        assertThat(actions()).endsWith("delete", "prune");
    }

    @Test
    void remove_followsDockersRules() {
        String id = room.importTar(root("1"), "app");
        await(room.images.tag("app", "two/app", "x"));
        String container = Ids.random();
        await(room.images.createLayer(container, Digest.parse(id), Map.of()));
        assertThatThrownBy(() -> await(room.images.remove(id, false, false)))
                .hasMessage("conflict: unable to delete " + id.substring(7, 19)
                        + " (must be forced) - image is referenced in multiple repositories");
        assertThat(await(room.images.remove("two/app:x", false, false)))
                .containsExactly(new Removed("two/app:x", null));
        assertThatThrownBy(() -> await(room.images.remove("app", false, false)))
                .hasMessage("conflict: unable to remove repository reference \"app\" (must force) - container "
                        + container.substring(0, 12) + " is using its referenced image " + id.substring(7, 19));
        await(room.images.mountRoot(container));
        assertThatThrownBy(() -> await(room.images.remove(id, true, false)))
                .hasMessageContaining("(cannot be forced) - image is being used by running container");
        await(room.images.unmountRoot(container));
        List<Removed> removed = await(room.images.remove("app", true, false));
        assertThat(removed).startsWith(new Removed("app:latest", null), new Removed(null, id));
        // The container's layer goes on without its image.
        await(room.images.mountRoot(container));
        assertThat(Path.of(await(room.images.mountRoot(container)).path()).resolve("etc/motd"))
                .hasContent("1");
        await(room.images.removeLayer(container));
        assertThatThrownBy(() -> await(room.images.remove("app", false, false)))
                .hasMessage("No such image: app:latest");
    }

    @Test
    void remove_takesTheLayersAway() throws IOException {
        String id = room.importTar(root("1"), "app");
        List<Removed> removed = await(room.images.remove("app", false, false));
        assertThat(removed)
                .containsExactly(
                        new Removed("app:latest", null),
                        new Removed(null, id),
                        new Removed(null, Digest.of(root("1")).toString()));
        org.awaitility.Awaitility.await().untilAsserted(() -> {
            try (var left = Files.list(room.layout.layers())) {
                assertThat(left).isEmpty();
            }
        });
        assertThat(actions()).endsWith("untag", "delete");
    }

    @Test
    void commit_makesALayerOfTheChanges() throws IOException {
        byte[] base = new Tar()
                .folder("./")
                .file("a", "a")
                .file("b", "b")
                .folder("d/")
                .file("d/x", "x")
                .bytes();
        Digest parent = Digest.parse(room.importTar(base, "base"));
        String one = Ids.random();
        await(room.images.createLayer(one, parent, Map.of()));
        Path root = Path.of(await(room.images.mountRoot(one)).path());
        Files.delete(root.resolve("a"));
        RemoveTree.at(root.resolve("d"));
        Files.createDirectory(root.resolve("d"));
        Files.writeString(root.resolve("d/y"), "y");
        Files.createLink(root.resolve("link"), root.resolve("d/y"));
        Digest made = commit(one, parent, "made:1");
        // The container goes on writing, and the image stays as it is.
        Files.writeString(root.resolve("d/y"), "changed");
        assertThat(commit(one, parent, "made:2")).isNotEqualTo(made);

        String two = Ids.random();
        await(room.images.createLayer(two, made, Map.of()));
        Path seen = Path.of(await(room.images.mountRoot(two)).path());
        assertThat(seen.resolve("a")).doesNotExist();
        assertThat(seen.resolve("b")).hasContent("b");
        assertThat(seen.resolve("d/x")).doesNotExist();
        assertThat(seen.resolve("d/y")).hasContent("y");
        assertThat(Files.isSameFile(seen.resolve("d/y"), seen.resolve("link"))).isTrue();
        var detail = await(room.images.inspect("made:1"));
        assertThat(detail.parent()).isEqualTo(parent.toString());
        assertThat(detail.author()).isEqualTo("me");
        assertThat(await(room.images.history("made:1"))).hasSize(2);
        assertThatThrownBy(() -> await(room.images.remove(parent.toString(), true, false)))
                .hasMessageContaining("image has dependent child images");
        await(room.images.removeLayer(one));
        await(room.images.removeLayer(two));
    }

    private Digest commit(String container, Digest parent, String name) {
        return await(room.images.commit(new CommitImage(
                container,
                parent,
                ImageConfig.NO_CONFIG,
                name.split(":")[0],
                name.split(":")[1],
                "said",
                "me",
                List.of("CMD true"))));
    }

    @Test
    void saveAndLoad_keepIdsAndNames() throws IOException {
        String base = room.importTar(root("base"), "base", "CMD sh");
        String container = Ids.random();
        await(room.images.createLayer(container, Digest.parse(base), Map.of()));
        Path root = Path.of(await(room.images.mountRoot(container)).path());
        Files.delete(root.resolve("etc/motd"));
        Files.writeString(root.resolve("big"), "0123456789".repeat(100_000));
        String made = commit(container, Digest.parse(base), "made:1").toString();
        await(room.images.removeLayer(container));
        await(room.images.tag("made:1", "localhost:5000/made", "2"));

        byte[] archive = room.drain(room.images.save(List.of("base", made, "made:1", "localhost:5000/made:2")));
        assertThat(actions()).endsWith("save", "save");
        try (Room other = Room.open()) {
            List<String> lines = other.watch(other.images.load(other.offer(archive), true)).stream()
                    .map(line -> String.valueOf(line.stream()))
                    .toList();
            assertThat(lines).contains("Loaded image: base:latest\n", "Loaded image: made:1\n");
            assertThat(await(other.images.inspect("base")).id()).isEqualTo(base);
            assertThat(await(other.images.inspect("localhost:5000/made:2")).id())
                    .isEqualTo(made);
            assertThat(other.drain(other.images.save(List.of("base", "made:1", "localhost:5000/made:2"))))
                    .isEqualTo(archive);
            String container2 = Ids.random();
            await(other.images.createLayer(container2, Digest.parse(made), Map.of()));
            Path seen = Path.of(await(other.images.mountRoot(container2)).path());
            assertThat(seen.resolve("etc/motd")).doesNotExist();
            assertThat(seen.resolve("big")).hasSize(1_000_000);
            await(other.images.removeLayer(container2));
            // Once more: nothing is unpacked again, and the names stay.
            other.watch(other.images.load(other.offer(archive), false));
            assertThat(await(other.images.list(new ListImages(true, false, false, Filters.NONE))))
                    .hasSize(2);
        }
    }

    @Test
    void save_ofALayerThatWasChangedOnDiskFails() throws IOException {
        room.importTar(root("original"), "app");
        Path file =
                room.layout.layers().resolve(Digest.of(root("original")).hex()).resolve("diff/etc/motd");
        Files.writeString(file, "tampered");
        assertThatThrownBy(() -> room.drain(room.images.save(List.of("app")))).hasMessageContaining("changed on disk");
    }

    @Test
    void nextEngine_findsImagesAndClearsLeftovers() throws IOException {
        String id = room.importTar(root("1"), "app");
        Path leftover = Files.createDirectories(
                room.layout.layers().resolve("ab".repeat(32)).resolve("diff"));
        Path half = Files.createDirectories(room.layout.ingest().resolve("layer-x"));
        room.stop();
        room = room.next();
        assertThat(await(room.images.inspect("app")).id()).isEqualTo(id);
        assertThat(leftover.getParent()).doesNotExist();
        assertThat(half).doesNotExist();
    }
}
