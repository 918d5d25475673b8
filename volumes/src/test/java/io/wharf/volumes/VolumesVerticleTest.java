package io.wharf.volumes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.KernelLedger;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Services;
import io.wharf.contracts.VolumeService;
import io.wharf.contracts.VolumeService.CreateVolume;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.linux.Mounts;
import io.wharf.linux.Pools;
import io.wharf.streams.HandleTable;
import io.wharf.volumes.local.LocalDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumesVerticleTest {
    private static final CreateVolume ANONYMOUS = new CreateVolume("", "", Map.of(), Map.of());

    @TempDir
    Path folder;

    private final Pools pools = new Pools(2, 1);
    private Vertx vertx;
    private Store store;
    private KernelLedger ledger;
    private VolumeService volumes;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        Services.prepare(vertx);
        Layout layout = new Layout(folder.resolve("data"), folder.resolve("exec"));
        store = Store.open(layout.database(), Store.Durability.PROCESS, List.of(VolumesVerticle.schema()));
        ledger = KernelLedger.open(layout.ledger(), "boot");
        LocalDriver local = new LocalDriver(layout.volumes(), ledger, pools, Mounts.real(), Duration.ofSeconds(30));
        await(vertx.deployVerticle(new VolumesVerticle(
                store, ledger, new HandleTable(vertx, Duration.ofSeconds(30)), pools, List.of(), local)));
        volumes = Services.client(vertx, VolumeService.class);
    }

    @AfterEach
    void stop() {
        await(vertx.close());
        store.close();
        ledger.close();
    }

    @Test
    void create_isTheSameTwiceAndOutlivesTheEngine() throws IOException {
        VolumeDetail made = create("data1");
        assertThat(create("data1")).isEqualTo(made);
        Files.writeString(Path.of(made.mountpoint(), "file"), "kept");
        stop();
        start();
        assertThat(await(volumes.inspect("data1"))).isEqualTo(made);
        assertThat(Path.of(made.mountpoint(), "file")).hasContent("kept");
    }

    @Test
    void start_takesFoldersAwayThatWereNeverWrittenDown() throws IOException {
        Path root = Path.of(create("made").mountpoint()).getParent().getParent();
        stop();
        Files.createDirectories(root.resolve("cut-off/_data"));
        Files.createDirectories(root.resolve("just-begun"));
        Files.createDirectories(root.resolve("somebodys/_data"));
        Files.writeString(root.resolve("somebodys/_data/file"), "kept");
        Files.createFile(root.resolve("metadata.db"));
        start();
        Awaitility.await().untilAsserted(() -> {
            try (var left = Files.list(root)) {
                assertThat(left.map(path -> path.getFileName().toString()))
                        .containsExactlyInAnyOrder("made", "somebodys", "metadata.db");
            }
        });
        assertThat(root.resolve("somebodys/_data/file")).hasContent("kept");
    }

    @Test
    void create_refusesWhatItCannotDo() {
        assertThatThrownBy(() -> create("../x"))
                .hasMessageContaining("includes invalid characters for a local volume name");
        assertThatThrownBy(() -> await(volumes.create(new CreateVolume("v1", "nfs", Map.of(), Map.of()))))
                .hasMessageContaining("plugin \"nfs\" not found");
        assertThatThrownBy(
                        () -> await(volumes.create(new CreateVolume("v1", "local", Map.of("colour", "red"), Map.of()))))
                .hasMessageContaining("create v1: invalid option: \"colour\"");
    }

    @Test
    void create_thatCannotBeCommitted_leavesNoFolder() {
        create("data1");
        long pages =
                await(store.read("PRAGMA page_count", row -> row.number(1))).getFirst();
        await(store.read("PRAGMA max_page_count=" + pages, row -> row.number(1)));
        CreateVolume large = new CreateVolume("data2", "local", Map.of(), Map.of("a", "x".repeat(100_000)));
        assertThatThrownBy(() -> await(volumes.create(large))).hasMessageContaining("full");
        assertThat(folder.resolve("data/volumes/data2")).doesNotExist();
        assertThatThrownBy(() -> await(volumes.inspect("data2"))).hasMessageContaining("no such volume");
        assertThat(folder.resolve("data/volumes/data1/_data")).isDirectory();
    }

    @Test
    void remove_isRefusedWhileInUse() {
        create("data1");
        await(volumes.use("data1", "c1"));
        assertThatThrownBy(() -> await(volumes.remove("data1", true))).hasMessageContaining("volume is in use - [c1]");
        assertThat(await(volumes.release("c1"))).isEmpty();
        await(volumes.remove("data1", false));
        assertThatThrownBy(() -> await(volumes.inspect("data1"))).hasMessageContaining("get data1: no such volume");
        assertThatThrownBy(() -> await(volumes.remove("data1", false))).hasMessageContaining("no such volume");
        await(volumes.remove("data1", true));
        assertThat(folder.resolve("data/volumes/data1")).doesNotExist();
    }

    @Test
    void forcedRemoval_clearsAFolderWithoutARow_unlessSomebodyUsesIt() throws IOException {
        Path unmade = Files.createDirectories(folder.resolve("data/volumes/unmade/_data"));
        Path used = Files.createDirectories(folder.resolve("data/volumes/used/_data"));
        Files.writeString(used.resolve("file"), "kept");
        await(volumes.remove("unmade", true));
        await(volumes.remove("used", true));
        await(volumes.remove("..", true));
        assertThat(unmade.getParent()).doesNotExist();
        assertThat(used.resolve("file")).hasContent("kept");
    }

    @Test
    void release_namesAnonymousVolumesThatNobodyUses() {
        VolumeDetail anonymous = await(volumes.create(ANONYMOUS));
        create("named");
        for (String name : List.of(anonymous.name(), "named")) {
            await(volumes.use(name, "c1"));
        }
        await(volumes.keepUsesOf(List.of("c1"), Set.of()));
        assertThat(await(volumes.release("c1"))).containsExactly(anonymous.name());
    }

    @Test
    void firstMount_takesOverTheImagesContentOnce() throws IOException {
        Path image = Files.createDirectories(folder.resolve("image/sub"));
        Files.writeString(image.resolve("a"), "a");
        Files.createLink(image.resolve("b"), image.resolve("a"));
        Files.createSymbolicLink(image.resolve("c"), Path.of("/nowhere"));
        Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("rwxr-x---"));
        Files.setAttribute(image.resolve("a"), "unix:uid", 1234);
        Files.setLastModifiedTime(image, FileTime.fromMillis(1_000_000));
        create("data1");
        await(volumes.use("data1", "c1"));
        Path data = Path.of(
                await(volumes.mount("data1", "c1", folder.resolve("image").toString())));

        assertThat(data.resolve("sub/a")).hasContent("a");
        assertThat(Files.isSameFile(data.resolve("sub/a"), data.resolve("sub/b")))
                .isTrue();
        assertThat(Files.readSymbolicLink(data.resolve("sub/c"))).hasToString("/nowhere");
        assertThat(Files.getAttribute(data.resolve("sub/a"), "unix:uid")).isEqualTo(1234);
        assertThat(Files.getLastModifiedTime(data.resolve("sub")).toMillis()).isEqualTo(1_000_000);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("sub"))))
                .isEqualTo("rwxr-x---");

        Files.delete(data.resolve("sub/c"));
        await(volumes.mount("data1", "c1", folder.resolve("image").toString()));
        assertThat(Files.exists(data.resolve("sub/c"), java.nio.file.LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }

    @Test
    void mount_ofASharedVolume_fillsTheFolderThatOthersHave() throws IOException {
        Path image = Files.createDirectories(folder.resolve("image/sub"));
        Files.writeString(image.resolve("a"), "image");
        Files.setPosixFilePermissions(folder.resolve("image"), PosixFilePermissions.fromString("rwxrwx---"));
        Files.setAttribute(folder.resolve("image"), "unix:gid", 1234);
        Path data = Path.of(create("data1").mountpoint());
        await(volumes.use("data1", "c1"));
        await(volumes.mount("data1", "c1", null));
        Object mounted = Files.getAttribute(data, "unix:ino");
        await(volumes.use("data1", "c2"));
        await(volumes.mount("data1", "c2", folder.resolve("image").toString()));
        assertThat(Files.getAttribute(data, "unix:ino")).isEqualTo(mounted);
        assertThat(Files.getAttribute(data, "unix:gid")).isEqualTo(1234);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwxrwx---");
        assertThat(data.resolve("sub/a")).hasContent("image");
        assertThat(data.resolveSibling("_filling")).doesNotExist();
    }

    @Test
    void mount_ofAFolderThatSomebodyTook_isRefused_andMakesNoEmptyOne() throws IOException {
        Path data = Path.of(create("data1").mountpoint());
        Files.delete(data);
        assertThatThrownBy(() -> await(volumes.mount("data1", "c1", null)))
                .hasMessageContaining("the folder of volume data1 is gone: " + data);
        assertThat(data).doesNotExist();
    }

    @Test
    void mount_neverCopiesOverAUsersContent() throws IOException {
        Path image = Files.createDirectories(folder.resolve("image"));
        Files.writeString(image.resolve("a"), "image");
        Path data = Path.of(create("data1").mountpoint());
        Files.writeString(data.resolve("mine"), "user");
        await(volumes.mount("data1", "c1", image.toString()));
        assertThat(data).isDirectoryContaining("glob:**/mine").isDirectoryNotContaining("glob:**/a");
    }

    @Test
    void list_andPruneHeedTheirFilters() {
        create("one");
        create("two");
        await(volumes.create(ANONYMOUS));
        await(volumes.use("two", "c1"));
        assertThat(names(Map.of("dangling", List.of("true")))).hasSize(2).doesNotContain("two");
        assertThat(names(Map.of("name", List.of("tw")))).containsExactly("two");
        assertThat(await(volumes.prune(Filters.NONE)).volumesDeleted())
                .hasSize(1)
                .doesNotContain("one");
        assertThat(await(volumes.prune(new Filters(Map.of("all", List.of("true")))))
                        .volumesDeleted())
                .containsExactly("one");
        assertThat(names(Map.of())).containsExactly("two");
        assertThatThrownBy(() -> names(Map.of("colour", List.of("red"))))
                .hasMessageContaining("invalid filter 'colour'");
    }

    private List<String> names(Map<String, List<String>> filters) {
        return await(volumes.list(new Filters(filters))).volumes().stream()
                .map(VolumeDetail::name)
                .toList();
    }

    private VolumeDetail create(String name) {
        return await(volumes.create(new CreateVolume(name, "local", Map.of(), Map.of())));
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
