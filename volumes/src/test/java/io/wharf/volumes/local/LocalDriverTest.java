package io.wharf.volumes.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.linux.FileStatus;
import io.wharf.linux.Mounts;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDriverTest {
    private static final Map<String, String> TMPFS = Map.of("type", "tmpfs", "device", "tmpfs", "o", "size=1m");
    private static final Map<String, String> LOOP = Map.of("size", "64m", "wharf.quota", "loop");

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Pools pools = new Pools(2, 1);
    private KernelLedger ledger;
    private Path root;
    private LocalDriver driver;

    @BeforeEach
    void start() {
        ledger = KernelLedger.open(folder.resolve("kernel.db"), "boot");
        root = folder.resolve("volumes");
        driver = driver(Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() {
        Mounts.real().unmountAll(root.toString(), 2);
        ledger.close();
        pools.close();
        await(vertx.close());
    }

    private LocalDriver driver(Duration deadline) {
        return new LocalDriver(root, ledger, pools, Mounts.real(), deadline);
    }

    @Test
    void tmpfs_isMountedByTheFirstAndUnmountedByTheLast() throws IOException {
        call(() -> driver.create("data", TMPFS));
        Path data = mount("data", TMPFS, "one", true);
        assertThat(type(data)).isEqualTo("tmpfs");
        assertThat(records()).containsExactly("data");
        Files.writeString(data.resolve("file"), "text");
        mount("data", TMPFS, "two", false);
        assertThat(data.resolve("file")).hasContent("text");
        call(() -> driver.unmount("data", TMPFS, "one", false));
        assertThat(type(data)).isEqualTo("tmpfs");
        call(() -> driver.unmount("data", TMPFS, "two", true));
        assertThat(type(data)).isEmpty();
        assertThat(records()).isEmpty();
    }

    @Test
    void bind_showsAFolderOfTheHost_readOnlyWhereAsked() throws IOException {
        Path shown = Files.createDirectories(folder.resolve("shown"));
        Files.writeString(shown.resolve("file"), "text");
        Map<String, String> options = Map.of("type", "none", "device", shown.toString(), "o", "bind,ro");
        call(() -> driver.create("data", options));
        Path data = mount("data", options, "one", true);
        assertThat(data.resolve("file")).hasContent("text");
        assertThatThrownBy(() -> Files.writeString(data.resolve("other"), "")).hasMessageContaining("Read-only");
        remove("data", options);
        assertThat(shown.resolve("file")).hasContent("text");
        assertThat(data).doesNotExist();
        assertThat(records()).isEmpty();
    }

    @Test
    void mount_thatFails_saysWhatAndWhy_andLeavesNothing() {
        Map<String, String> nfs =
                Map.of("type", "nosuchfs", "device", ":/export", "o", "addr=127.0.0.1,password=secret,vers=3");
        call(() -> driver.create("data", nfs));
        String data = root.resolve("data/_data").toString();
        assertThatThrownBy(() -> mount("data", nfs, "one", true))
                .hasMessageContaining("error while mounting volume '" + data + "': failed to mount local volume: mount"
                        + " :/export:" + data + ", data: addr=127.0.0.1,password=********,vers=3: no such device")
                .hasMessageContaining("no file system of type \"nosuchfs\"");
        assertThat(records()).isEmpty();
        Map<String, String> missing =
                Map.of("type", "none", "device", folder.resolve("gone").toString(), "o", "bind");
        call(() -> driver.create("other", missing));
        assertThatThrownBy(() -> mount("other", missing, "one", true))
                .hasMessageContaining(", flags: 0x1000: no such file or directory");
        Map<String, String> unknown = Map.of("type", "nfs", "device", ":/x", "o", "addr=no-such-host.invalid");
        call(() -> driver.create("third", unknown));
        assertThatThrownBy(() -> mount("third", unknown, "one", true))
                .hasMessageContaining("error resolving passed in network volume address: lookup no-such-host.invalid");
    }

    @Test
    void hungServer_isToldInTime_andHoldsNobodyElse() throws IOException {
        Path hung = Files.createDirectories(folder.resolve("hung"));
        LocalDriver patient = driver(Duration.ofMillis(300));
        Map<String, String> options = Map.of("type", "none", "device", hung + "/below", "o", "bind");
        call(() -> patient.create("data", options));
        try (HungDisk disk = new HungDisk(hung)) {
            assertThatThrownBy(() -> call(() -> patient.mount("data", options, "one", true)))
                    .hasMessageContaining("volume data: mount has not been answered");
            // No second thread waits, and the answer is there at once.
            assertThatThrownBy(() -> call(() -> patient.mount("data", options, "two", true)))
                    .hasMessageContaining("an earlier attempt is still waiting");
            assertThat(driver.bytes("data", options)).isEqualTo(-1);
            call(() -> patient.create("other", TMPFS));
            assertThat(call(() -> patient.mount("other", TMPFS, "one", true))).isNotEmpty();
            call(() -> patient.unmount("other", TMPFS, "one", true));
            assertThat(disk.folder).isEqualTo(hung);
        }
        // What comes too late is undone.
        Awaitility.await().untilAsserted(() -> assertThat(records()).isEmpty());
        assertThat(type(root.resolve("data/_data"))).isEmpty();
        assertThatThrownBy(() -> call(() -> patient.mount("data", options, "three", true)))
                .hasMessageContaining("failed to mount local volume");
    }

    @Test
    void serverThatDies_isToldToTheNextWhoMounts() throws IOException {
        Path shown = Files.createDirectories(folder.resolve("shown"));
        LocalDriver patient = driver(Duration.ofMillis(300));
        Map<String, String> options = Map.of("type", "none", "device", shown.toString(), "o", "bind");
        call(() -> patient.create("data", options));
        call(() -> patient.mount("data", options, "one", true));
        try (HungDisk hung = new HungDisk(root.resolve("data/_data"))) {
            assertThat(hung.folder).isNotNull();
            assertThatThrownBy(() -> call(() -> patient.mount("data", options, "two", false)))
                    .hasMessageContaining("volume data: access has not been answered");
        }
    }

    @Test
    void keepMounted_takesAwayWhatNobodyHas_andLeavesTheRest() {
        for (String name : List.of("kept", "left")) {
            call(() -> driver.create(name, TMPFS));
            mount(name, TMPFS, "one", true);
        }
        LocalDriver next = driver(Duration.ofSeconds(30));
        call(() -> next.keepMounted(Map.of("kept", TMPFS)));
        assertThat(type(root.resolve("kept/_data"))).isEqualTo("tmpfs");
        assertThat(type(root.resolve("left/_data"))).isEmpty();
        assertThat(records()).containsExactly("kept");
    }

    @Test
    void mount_overOneThatIsThere_takesItOver() {
        call(() -> driver.create("data", TMPFS));
        mount("data", TMPFS, "one", true);
        mount("data", TMPFS, "two", true);
        Path data = root.resolve("data/_data");
        assertThat(Mounts.real().table().atOrBelow(data.toString())).hasSize(1);
    }

    @Test
    void loop_holdsItsSizeAndGivesRoomBack() throws IOException {
        call(() -> driver.create("data", LOOP));
        assertThat(root.resolve("data/_unused")).exists();
        Path data = mount("data", LOOP, "one", true);
        assertThat(type(data)).isEqualTo("ext4");
        assertThat(data).isEmptyDirectory();
        assertThatThrownBy(() -> Files.write(data.resolve("large"), new byte[80 << 20]))
                .hasMessageContaining("No space left on device");
        sync(data);
        assertThat(driver.bytes("data", LOOP)).isBetween(40L << 20, 65L << 20);
        Files.delete(data.resolve("large"));
        Files.writeString(data.resolve("file"), "kept");
        sync(data);
        // The kernel gives back in the background.
        Awaitility.await()
                .untilAsserted(() -> assertThat(driver.bytes("data", LOOP)).isLessThan(16L << 20));
        call(() -> driver.unmount("data", LOOP, "one", true));
        assertThat(mount("data", LOOP, "two", true).resolve("file")).hasContent("kept");
        String disk = root.resolve("data/_disk").toString();
        remove("data", LOOP);
        assertThat(root.resolve("data")).doesNotExist();
        Awaitility.await().untilAsserted(() -> assertThat(loopFiles()).doesNotContain(disk));
    }

    @Test
    void loop_thatSomebodyStillReads_isTheSameFileSystemForTheNext() throws IOException {
        call(() -> driver.create("data", LOOP));
        Path data = mount("data", LOOP, "one", true);
        Files.writeString(data.resolve("file"), "text");
        long device = FileStatus.of(data.toString()).device();
        try (var reader = Files.newByteChannel(data.resolve("file"))) {
            call(() -> driver.unmount("data", LOOP, "one", true));
            assertThat(type(data)).isEmpty();
            assertThat(reader.isOpen()).isTrue();
            mount("data", LOOP, "two", true);
            assertThat(FileStatus.of(data.toString()).device()).isEqualTo(device);
            assertThat(data.resolve("file")).hasContent("text");
        }
    }

    @Test
    void disk_isMountedByItsDevice() throws IOException {
        Path image = folder.resolve("image");
        Files.write(image, new byte[0]);
        try (var file = new java.io.RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(16 << 20);
        }
        assertThat(io.wharf.linux.Commands.run("mkfs.ext4", "-q", "-F", image.toString())
                        .success())
                .isTrue();
        try (var device = io.wharf.linux.LoopDevice.of(image.toString())) {
            Map<String, String> options = Map.of("type", "ext4", "device", device.path(), "o", "noatime");
            call(() -> driver.create("data", options));
            Path data = mount("data", options, "one", true);
            assertThat(type(data)).isEqualTo("ext4");
            assertThat(data.resolve("lost+found")).isDirectory();
            remove("data", options);
        }
    }

    @Test
    void loop_thatNobodyMounted_isClearedWithItsCreate_andAUsedOneStays() throws IOException {
        call(() -> driver.create("cut-off", LOOP));
        call(() -> driver.create("used", LOOP));
        mount("used", LOOP, "one", true);
        call(() -> driver.unmount("used", LOOP, "one", true));
        for (String name : call(() -> driver.unmade().folders())) {
            call(() -> driver.unmade().clear(name));
        }
        assertThat(root.resolve("cut-off")).doesNotExist();
        assertThat(root.resolve("used/_disk")).exists();
        assertThatThrownBy(() -> call(() -> driver.create("used", LOOP)))
                .hasMessageContaining("a disk of its name is there already");
        assertThat(root.resolve("used/_disk")).exists();
    }

    @Test
    void loop_limitsInodes_andRefusesWhatIsTooSmall() throws IOException {
        Map<String, String> options = Map.of("size", "8m", "wharf.quota", "loop", "wharf.inodes", "20");
        call(() -> driver.create("data", options));
        Path data = mount("data", options, "one", true);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 200; i++) {
                        Files.createFile(data.resolve("file" + i));
                    }
                })
                .hasMessageContaining("No space left on device");
        assertThatThrownBy(() -> call(() -> driver.create("tiny", Map.of("size", "4k", "wharf.quota", "loop"))))
                .hasMessageContaining("no file system of 4096 bytes can be made");
        assertThat(root.resolve("tiny")).doesNotExist();
    }

    @Test
    void size_whereNoQuotaIsKept_isRefusedWithAWayOut() {
        assertThatThrownBy(() -> call(() -> driver.create("data", Map.of("size", "1g"))))
                .hasMessageContaining("quota size requested but no quota support")
                .hasMessageContaining("--opt wharf.quota=loop");
        assertThat(root.resolve("data")).doesNotExist();
    }

    @Test
    void size_onBtrfs_isHeld() throws IOException {
        try (SmallDisk disk = new SmallDisk(folder, "btrfs", 160)) {
            root = disk.folder.resolve("volumes");
            LocalDriver onBtrfs = driver(Duration.ofSeconds(30));
            Map<String, String> options = Map.of("size", "8m");
            call(() -> onBtrfs.create("data", options));
            Path data = Path.of(call(() -> onBtrfs.mount("data", options, "one", true)));
            assertThatThrownBy(() -> {
                        Files.write(data.resolve("large"), new byte[16 << 20]);
                        sync(data);
                    })
                    .hasMessageContaining("quota exceeded");
            assertThatThrownBy(() -> call(() -> onBtrfs.create("other", Map.of("size", "1m", "wharf.inodes", "5"))))
                    .hasMessageContaining("cannot be held by btrfs");
            call(() -> onBtrfs.unmount("data", options, "one", true));
            call(() -> onBtrfs.remove("data", options).compose(removal -> removal.finish()));
            assertThat(root).isEmptyDirectory();
        }
    }

    private static void sync(Path data) {
        try (var fd = io.wharf.linux.Entries.open(data.toString(), io.wharf.linux.OpenFlags.O_DIRECTORY, 0)) {
            io.wharf.linux.Storage.syncFileSystem(fd);
        }
    }

    @Test
    void remove_isPutBackWhereItsRowStays() throws IOException {
        call(() -> driver.create("data", Map.of()));
        Files.writeString(root.resolve("data/_data/file"), "kept");
        var removal = call(() -> driver.remove("data", Map.of()));
        assertThat(root.resolve("data")).doesNotExist();
        call(removal::undo);
        assertThat(root.resolve("data/_data/file")).hasContent("kept");
        assertThat(root.toFile().list()).containsExactly("data");
    }

    @Test
    void removeCutOff_isPutBackOrFinishedAtTheNextStart() throws IOException {
        String longest = "x".repeat(255);
        for (String name : List.of("listed", "gone", longest)) {
            call(() -> driver.create(name, Map.of()));
            Files.writeString(root.resolve(name + "/_data/file"), "text");
            call(() -> driver.remove(name, Map.of()));
        }
        LocalDriver next = driver(Duration.ofSeconds(30));
        call(() -> next.recover(List.of("listed", longest)));
        assertThat(root.resolve("listed/_data/file")).hasContent("text");
        assertThat(root.resolve(longest + "/_data/file")).hasContent("text");
        Awaitility.await()
                .untilAsserted(() -> assertThat(root.toFile().list()).containsExactlyInAnyOrder("listed", longest));
    }

    @Test
    void remove_withSomebodysMount_isRefused() throws IOException {
        call(() -> driver.create("data", Map.of()));
        Path data = root.resolve("data/_data");
        Mounts.real().mount("tmpfs", data.toString(), "tmpfs", 0, "");
        Files.writeString(data.resolve("file"), "kept");
        assertThatThrownBy(() -> call(() -> driver.remove("data", Map.of())))
                .hasMessageContaining("something that is not the engine's is mounted on " + data);
        assertThat(data.resolve("file")).hasContent("kept");
    }

    private Path mount(String name, Map<String, String> options, String id, boolean first) {
        return Path.of(call(() -> driver.mount(name, options, id, first)));
    }

    private void remove(String name, Map<String, String> options) {
        call(() -> driver.remove(name, options).compose(removal -> removal.finish()));
    }

    private String type(Path path) {
        return Mounts.real()
                .table()
                .at(path.toString())
                .map(entry -> entry.type())
                .orElse("");
    }

    private List<String> records() {
        return await(ledger.ofKind(LocalMounts.KIND)).stream()
                .map(KernelObject::key)
                .toList();
    }

    private static List<String> loopFiles() throws IOException {
        try (var devices = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
            List<String> files = new java.util.ArrayList<>();
            for (Path device : devices) {
                Path file = device.resolve("loop/backing_file");
                if (FileStatus.ifPresent(-100, file.toString()).isPresent()) {
                    files.add(Files.readString(file).strip());
                }
            }
            return files;
        }
    }

    /** On one event loop, as the verticle calls it. */
    private final io.vertx.core.Context context = vertx.getOrCreateContext();

    private <T> T call(Supplier<Future<T>> step) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        context.runOnContext(now -> {
            try {
                step.get().onComplete(answer::complete, answer::completeExceptionally);
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer.join();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
