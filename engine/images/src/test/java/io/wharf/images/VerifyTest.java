package io.wharf.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.Digest;
import io.wharf.contracts.Verified;
import io.wharf.contracts.Verified.Damage;
import io.wharf.contracts.Verified.Soundness;
import io.wharf.images.Room.Tar;
import io.wharf.images.spec.MediaTypes;
import io.wharf.tar.TarEntry.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is damaged on disk is named; as root. */
class VerifyTest {
    private Room room = Room.open();

    @BeforeEach
    void importOne() {
        room.importTar(tar(), "app");
    }

    @AfterEach
    void close() {
        room.close();
    }

    private static byte[] tar() {
        return new Tar()
                .folder("bin/")
                .file("bin/one", "the first file")
                .file("bin/two", "the second file")
                .file("twice", "before")
                .file("twice", "after")
                .folder("turned/")
                .file("turned/inside", "x")
                .link(Kind.SYMLINK, "turned", "bin")
                .link(Kind.HARD_LINK, "bin/hard", "bin/one")
                .link(Kind.SYMLINK, "soft", "bin/one")
                .file(".wh.gone", "")
                .bytes();
    }

    private List<Verified> verify() {
        return room.handles.take(Room.await(room.images.verify("app"))).toList().blockingGet();
    }

    private Verified line(String item) {
        return verify().stream()
                .filter(one -> one.item().equals(item))
                .reduce((a, b) -> b)
                .orElseThrow();
    }

    private Path diff() throws IOException {
        try (var layers = Files.list(room.layout.layers())) {
            return layers.filter(Files::isDirectory).findFirst().orElseThrow().resolve("diff");
        }
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    }

    @Test
    void verify_ofWhatIsSound_saysSo() {
        assertThat(verify()).allSatisfy(one -> assertThat(one.state()).isEqualTo(Soundness.OK));
        assertThat(line("image").items()).isEqualTo(2);
    }

    @Test
    void verify_ofAFlippedBit_namesTheFile() throws IOException {
        flip(diff().resolve("bin/two"));
        Verified layer = line("layer");
        assertThat(layer.state()).isEqualTo(Soundness.DAMAGED);
        assertThat(layer.paths()).extracting(Damage::path).containsExactly("bin/two");
        assertThat(line("image").damaged()).isEqualTo(1);
    }

    @Test
    void verify_ofWhatIsGoneOrTurned_namesEach() throws IOException {
        Files.delete(diff().resolve("bin/two"));
        Files.delete(diff().resolve("soft"));
        Files.createSymbolicLink(diff().resolve("soft"), Path.of("elsewhere"));
        Files.delete(diff().resolve("gone"));
        Files.delete(diff().resolve("bin/hard"));
        Files.writeString(diff().resolve("bin/hard"), "the first file");
        Files.writeString(diff().resolve("twice"), "and more", StandardOpenOption.APPEND);
        assertThat(line("layer").paths())
                .extracting(damage -> damage.path() + " " + damage.state().name())
                .containsExactlyInAnyOrder(
                        "bin/two MISSING", "soft DAMAGED", ".wh.gone MISSING", "bin/hard DAMAGED", "twice DAMAGED");
    }

    @Test
    void verify_ofAnotherModeOrOwner_namesThem() throws IOException {
        io.wharf.linux.Attributes.mode(io.wharf.linux.OpenFlags.AT_FDCWD, diff() + "/bin/two", 04755);
        io.wharf.linux.Attributes.owner(io.wharf.linux.OpenFlags.AT_FDCWD, diff() + "/twice", 5, 5);
        assertThat(line("layer").paths()).extracting(Damage::path).containsExactlyInAnyOrder("twice", "bin/two");
    }

    @Test
    void verify_ofALayerWithoutFolder_saysItIsMissing() throws IOException {
        io.wharf.linux.RemoveTree.at(diff().getParent());
        assertThat(line("layer").state()).isEqualTo(Soundness.MISSING);
    }

    @Test
    void verify_ofADamagedRecord_saysSo() throws IOException {
        flip(diff().resolveSibling("split.gz"));
        assertThat(line("layer").state()).isEqualTo(Soundness.DAMAGED);
    }

    @Test
    void verify_ofAnotherConfig_namesIt() {
        Room.await(room.store.write(tx -> {
            tx.update("UPDATE image SET config = replace(config, 'linux', 'lynux')");
            return Boolean.TRUE;
        }));
        assertThat(line("config").state()).isEqualTo(Soundness.DAMAGED);
    }

    @Test
    void load_ofTheSameImage_mendsWhatIsDamaged_alsoAfterARestart() throws IOException {
        byte[] archive = room.drain(room.images.save(List.of("app")));
        flip(diff().resolve("bin/two"));
        assertThat(line("layer").state()).isEqualTo(Soundness.DAMAGED);
        room.stop();
        room = room.next();
        room.watch(room.images.load(room.offer(archive), true));
        assertThat(verify()).allSatisfy(one -> assertThat(one.state()).isEqualTo(Soundness.OK));
        assertThat(Files.readString(diff().resolve("bin/two"))).isEqualTo("the second file");
        try (var left = Files.list(room.layout.layers())) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void load_underAMountedRoot_leavesItsFilesWhereTheyAre() throws IOException {
        byte[] archive = room.drain(room.images.save(List.of("app")));
        Room.await(room.images.createLayer(
                "c1", Room.await(room.images.resolve("app", null)).id(), java.util.Map.of()));
        Path root = Path.of(Room.await(room.images.mountRoot("c1")).path());
        flip(diff().resolve("bin/two"));
        verify();
        room.watch(room.images.load(room.offer(archive), true));
        assertThat(Files.exists(root.resolve("bin/two"))).isTrue();
        try (var there = Files.list(room.layout.layers())) {
            assertThat(there.map(Path::getFileName).map(Path::toString)).anyMatch(name -> name.contains(".old-"));
        }
        Room.await(room.images.unmountRoot("c1"));
        room.stop();
        room = room.next();
        try (var there = Files.list(room.layout.layers())) {
            assertThat(there).hasSize(1);
        }
    }

    @Test
    void start_withAConfigThatCannotBeRead_startsAndLoadMendsIt() {
        byte[] archive = room.drain(room.images.save(List.of("app")));
        Room.await(room.store.write(tx -> {
            tx.update("UPDATE image SET config = '{'");
            return Boolean.TRUE;
        }));
        room.stop();
        room = room.next();
        assertThat(line("config").state()).isEqualTo(Soundness.DAMAGED);
        room.watch(room.images.load(room.offer(archive), true));
        assertThat(verify()).allSatisfy(one -> assertThat(one.state()).isEqualTo(Soundness.OK));
    }

    @Test
    void pull_mendsAKeptBlobAndItsLayer() throws Exception {
        try (FakeRegistry registry = new FakeRegistry(room.vertx, false, false);
                Room other = Room.open(List.of(registry.host()), List.of())) {
            byte[] plain = new Tar().file("data", "some content").bytes();
            registry.image(
                    "1",
                    "amd64",
                    MediaTypes.OCI_LAYER + "+gzip",
                    List.of(FakeRegistry.gzip(plain)),
                    List.of(Digest.of(plain)));
            String name = registry.host() + "/app:1";
            var request = new io.wharf.contracts.ImageService.PullImage(name, null, false, null, null);
            other.watch(other.images.pull(request));
            Path layer;
            try (var layers = Files.list(other.layout.layers())) {
                layer = layers.findFirst().orElseThrow();
            }
            try (var blobs = Files.list(other.layout.blobs())) {
                for (Path blob : blobs.toList()) {
                    flip(blob);
                }
            }
            flip(layer.resolve("diff/data"));
            var found = other.handles
                    .take(Room.await(other.images.verify(name)))
                    .toList()
                    .blockingGet();
            assertThat(found.getLast().damaged()).isPositive();
            other.watch(other.images.pull(request));
            assertThat(layer.resolve("diff/data")).hasContent("some content");
            found = other.handles
                    .take(Room.await(other.images.verify(name)))
                    .toList()
                    .blockingGet();
            assertThat(found.getLast().damaged()).isZero();
        }
    }
}
