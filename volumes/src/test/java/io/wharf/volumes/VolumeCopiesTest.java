package io.wharf.volumes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.wharf.base.KernelLedger;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.Handle;
import io.wharf.contracts.Pending;
import io.wharf.contracts.Services;
import io.wharf.contracts.VolumeCopyService;
import io.wharf.contracts.VolumeCopyService.CopyVolume;
import io.wharf.contracts.VolumeCopyService.LoadVolume;
import io.wharf.contracts.VolumeCopyService.SnapshotDetail;
import io.wharf.contracts.VolumeCopyService.TakeSnapshot;
import io.wharf.contracts.VolumeService;
import io.wharf.contracts.VolumeService.CreateVolume;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.linux.Mounts;
import io.wharf.linux.Pools;
import io.wharf.streams.ByteQueue;
import io.wharf.streams.HandleTable;
import io.wharf.volumes.local.LocalDriver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies are the original, and a death in between leaves whole ones or none. As root, on a file system with ACLs. */
class VolumeCopiesTest {
    @TempDir
    Path folder;

    private final Pools pools = new Pools(2, 1);
    private Vertx vertx;
    private Store store;
    private KernelLedger ledger;
    private HandleTable handles;
    private VolumeService volumes;
    private VolumeCopyService copies;
    private Path root;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        Services.prepare(vertx);
        Layout layout = new Layout(folder.resolve("data"), folder.resolve("exec"));
        root = layout.volumes();
        store = Store.open(layout.database(), Store.Durability.PROCESS, List.of(VolumesVerticle.schema()));
        ledger = KernelLedger.open(layout.ledger(), "boot");
        handles = new HandleTable(vertx, Duration.ofSeconds(30));
        LocalDriver local = new LocalDriver(root, ledger, pools, Mounts.real(), Duration.ofSeconds(30));
        await(vertx.deployVerticle(new VolumesVerticle(store, ledger, handles, pools, List.of(), local)));
        volumes = Services.client(vertx, VolumeService.class);
        copies = Services.client(vertx, VolumeCopyService.class);
    }

    @AfterEach
    void stop() {
        await(vertx.close());
        store.close();
        ledger.close();
    }

    @Test
    void snapshot_keepsEverything_andRestoreBringsItBack() throws IOException {
        Path data = SampleTree.fill(create("data1"));
        List<String> before = TreeFacts.of(data);
        SnapshotDetail taken = outcome(copies.snapshot(new TakeSnapshot("data1", "monday", Map.of("a", "b"))));
        assertThat(taken.size()).isBetween(1L, 2L << 20);
        Path kept = only(root.resolve(".snapshots"));
        assertThat(TreeFacts.of(kept)).isEqualTo(before);
        Files.writeString(data.resolve("file"), "changed");
        Files.delete(data.resolve("link"));
        outcome(copies.restore("data1", "monday"));
        assertThat(TreeFacts.of(data)).isEqualTo(before);
        assertThat(await(copies.snapshots("data1"))).containsExactly(taken);
        assertThat(actions("data1")).endsWith("create", "snapshot", "restore");
        Awaitility.await()
                .untilAsserted(() -> assertThat(root.resolve(".staging")).isEmptyDirectory());
        outcome(copies.removeSnapshot("data1", "monday"));
        assertThat(root.resolve(".snapshots")).isEmptyDirectory();
        assertThat(await(copies.snapshots("data1"))).isEmpty();
    }

    @Test
    void snapshot_holdsItsVolume_unlessTheRemovalIsForced() throws IOException {
        SampleTree.fill(create("data1"));
        outcome(copies.snapshot(new TakeSnapshot("data1", "one", Map.of())));
        assertThatThrownBy(() -> outcome(copies.snapshot(new TakeSnapshot("data1", "one", Map.of()))))
                .hasMessage("volume data1 has a snapshot of that name: one");
        assertThatThrownBy(() -> await(volumes.remove("data1", false)))
                .hasMessage("remove data1: volume has snapshots - [one]: remove them first, or force it");
        await(volumes.remove("data1", true));
        assertThat(root.resolve(".snapshots")).isEmptyDirectory();
        assertThat(root.resolve("data1")).doesNotExist();
    }

    @Test
    void copy_isTheSameUnderAnotherName() throws IOException {
        Path data = SampleTree.fill(create("data1"));
        List<String> before = TreeFacts.of(data);
        outcome(copies.snapshot(new TakeSnapshot("data1", "old", Map.of())));
        Files.writeString(data.resolve("later"), "x");
        VolumeDetail now = outcome(copies.copy(new CopyVolume("data1", null, "data2", Map.of("k", "v"))));
        assertThat(TreeFacts.of(Path.of(now.mountpoint()))).isEqualTo(TreeFacts.of(data));
        assertThat(now.labels()).containsEntry("k", "v");
        VolumeDetail old = outcome(copies.copy(new CopyVolume("data1", "old", "data3", Map.of())));
        assertThat(TreeFacts.of(Path.of(old.mountpoint()))).isEqualTo(before);
        assertThat(actions("data3")).containsExactly("create", "clone");
        assertThatThrownBy(() -> outcome(copies.copy(new CopyVolume("data1", null, "data2", Map.of()))))
                .hasMessageContaining("a volume of that name is there");
        assertThatThrownBy(() -> outcome(copies.copy(new CopyVolume("data1", "never", "data4", Map.of()))))
                .hasMessage("create data4: volume data1: no such snapshot: never");
        assertThat(root.resolve("data4")).doesNotExist();
    }

    @Test
    void load_ofAnExport_isTheOriginal() throws IOException {
        Path data = SampleTree.fill(create("data1"));
        byte[] tar = export("data1");
        VolumeDetail made = outcome(copies.load(new LoadVolume("data2", false, offer(tar))));
        assertThat(TreeFacts.of(Path.of(made.mountpoint()))).isEqualTo(withoutSockets(TreeFacts.of(data)));
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(tar);
        }
        Path other = Path.of(create("data3").mountpoint());
        Files.writeString(other.resolve("own"), "x");
        assertThatThrownBy(() -> outcome(copies.load(new LoadVolume("data3", false, offer(packed.toByteArray())))))
                .hasMessageContaining("a volume of that name is there");
        outcome(copies.load(new LoadVolume("data3", true, offer(packed.toByteArray()))));
        assertThat(TreeFacts.of(other)).isEqualTo(withoutSockets(TreeFacts.of(data)));
    }

    @Test
    void export_isReadByOthers() throws Exception {
        Path data = SampleTree.fill(create("data1"));
        Path tar = Files.write(folder.resolve("x.tar"), export("data1"));
        Path out = Files.createDirectory(folder.resolve("out"));
        Process read = new ProcessBuilder(
                        "tar", "--xattrs", "--xattrs-include=*", "-xpf", tar.toString(), "-C", out.toString())
                .inheritIO()
                .start();
        assertThat(read.waitFor()).isZero();
        assertThat(TreeFacts.of(out)).isEqualTo(withoutSockets(TreeFacts.of(data)));
    }

    @Test
    void load_ofHalfATar_changesNothing() throws IOException {
        Path data = SampleTree.fill(create("data1"));
        byte[] half = java.util.Arrays.copyOf(export("data1"), 5000);
        List<String> before = TreeFacts.of(data);
        assertThatThrownBy(() -> outcome(copies.load(new LoadVolume("data1", true, offer(half)))))
                .hasMessageContaining("unexpected EOF");
        assertThat(TreeFacts.of(data)).isEqualTo(before);
        assertThatThrownBy(() -> outcome(copies.load(new LoadVolume("data2", false, offer(half)))))
                .hasMessageContaining("unexpected EOF");
        assertThat(root.resolve("data2")).doesNotExist();
        assertThat(root.resolve(".staging")).isEmptyDirectory();
    }

    @Test
    void rename_takesContentAndSnapshotsAlong() throws IOException {
        Path data = SampleTree.fill(create("data1"));
        List<String> before = TreeFacts.of(data);
        outcome(copies.snapshot(new TakeSnapshot("data1", "one", Map.of())));
        VolumeDetail renamed = await(copies.rename("data1", "data2"));
        assertThat(TreeFacts.of(Path.of(renamed.mountpoint()))).isEqualTo(before);
        assertThat(await(copies.snapshots("data2"))).hasSize(1);
        assertThatThrownBy(() -> await(volumes.inspect("data1"))).hasMessageContaining("no such volume");
        create("data1");
        assertThatThrownBy(() -> await(copies.rename("data2", "data1"))).hasMessageContaining("that name is there");
        stop();
        start();
        assertThat(await(volumes.inspect("data2"))).isEqualTo(renamed);
    }

    @Test
    void verbs_refuseAVolumeInUse() {
        create("data1");
        outcome(copies.snapshot(new TakeSnapshot("data1", "one", Map.of())));
        await(volumes.use("data1", "container"));
        assertThatThrownBy(() -> await(copies.rename("data1", "data2")))
                .hasMessage("rename data1: volume is in use - [container]");
        await(volumes.mount("data1", "container", null));
        assertThatThrownBy(() -> outcome(copies.restore("data1", "one")))
                .hasMessage("volume data1 cannot be restored: containers run with it - [container]");
        outcome(copies.snapshot(new TakeSnapshot("data1", "two", Map.of())));
        await(volumes.unmount("data1", "container"));
        outcome(copies.restore("data1", "one"));
    }

    @Test
    void start_finishesWhatWasDecided_andDeletesWhatWasNot() throws IOException {
        Path data = SampleTree.fill(create("data1"));
        List<String> before = TreeFacts.of(data);
        outcome(copies.snapshot(new TakeSnapshot("data1", "one", Map.of())));
        create("data2");
        create("data5");
        Path kept = only(root.resolve(".snapshots"));
        stop();
        // A snapshot between its commit and its place; a restore after its decision; a clone, a rename and a copy in
        // between.
        Files.move(kept, root.resolve(".staging").resolve(kept.getFileName()));
        Files.createDirectories(root.resolve(".staging/decided"));
        Files.writeString(root.resolve(".staging/decided/new"), "x");
        Files.createDirectories(root.resolve(".staging/half/way"));
        Files.createDirectories(root.resolve("data3/_data"));
        Files.writeString(root.resolve("data3/_data/half"), "x");
        Files.move(root.resolve("data5"), root.resolve("data6"));
        Files.createDirectories(root.resolve(".snapshots/somebodys"));
        Store between = Store.open(
                new Layout(folder.resolve("data"), folder.resolve("exec")).database(),
                Store.Durability.PROCESS,
                List.of(VolumesVerticle.schema()));
        await(between.write(tx -> {
            tx.update("INSERT INTO volume_work VALUES ('decided', 'SWAP', 'data2', '')");
            tx.update("INSERT INTO volume_work VALUES ('made', 'MAKE', 'data3', '{}')");
            return tx.update("INSERT INTO volume_work VALUES ('named', 'RENAME', 'data6', 'data5')");
        }));
        between.close();
        start();
        outcome(copies.restore("data1", "one"));
        assertThat(TreeFacts.of(data)).isEqualTo(before);
        assertThat(root.resolve("data2/_data/new")).hasContent("x");
        assertThat(root.resolve("data5/_data")).isDirectory();
        assertThat(root.resolve("data6")).doesNotExist();
        assertThat(root.resolve(".snapshots/somebodys")).isDirectory();
        Awaitility.await().untilAsserted(() -> {
            assertThat(root.resolve("data3")).doesNotExist();
            assertThat(root.resolve(".staging")).isEmptyDirectory();
        });
        assertThat(await(store.read("SELECT id FROM volume_work", row -> row.text(1))))
                .isEmpty();
    }

    @Test
    void start_leavesVolumesAlone_thatWereMadeAfterSomethingWasCutOff() throws IOException {
        for (String name : List.of("made", "to", "from")) {
            Files.writeString(Path.of(create(name).mountpoint()).resolve("own"), name);
        }
        await(store.write(tx -> {
            tx.update("INSERT INTO volume_work VALUES ('1', 'MAKE', 'made', '{}')");
            tx.update("INSERT INTO volume_work VALUES ('2', 'RENAME', 'to', 'gone')");
            return tx.update("INSERT INTO volume_work VALUES ('3', 'RENAME', 'to', 'from')");
        }));
        stop();
        start();
        Awaitility.await()
                .untilAsserted(() -> assertThat(await(store.read("SELECT id FROM volume_work", row -> row.text(1))))
                        .isEmpty());
        for (String name : List.of("made", "to", "from")) {
            assertThat(root.resolve(name).resolve("_data/own")).hasContent(name);
        }
        assertThat(root.resolve("gone")).doesNotExist();
    }

    @Test
    void unswap_putsTheOldContentBack() throws IOException {
        Path data = Files.createDirectories(root.resolve("data9/_data"));
        Files.writeString(data.resolve("own"), "old");
        var folders = new io.wharf.volumes.copies.CopyFolders(root);
        Files.writeString(folders.stageEmpty("x").resolve("own"), "new");
        folders.unswap("x", data);
        assertThat(data.resolve("own")).hasContent("old");
        assertThat(folders.swap("x", data)).isTrue();
        assertThat(data.resolve("own")).hasContent("new");
        folders.unswap("x", data);
        assertThat(data.resolve("own")).hasContent("old");
        assertThat(folders.staged("x").resolve("own")).hasContent("new");
        folders.discard("x");
    }

    private static List<String> withoutSockets(List<String> lines) {
        return lines.stream().filter(line -> !line.startsWith("socket ")).toList();
    }

    private byte[] export(String name) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Promise<Void> read = Promise.promise();
        Handle<ByteStream> handle = await(copies.export(name, null));
        ByteStream bytes = handles.take(handle);
        bytes.exceptionHandler(read::tryFail)
                .endHandler(end -> read.tryComplete())
                .handler(chunk -> all.writeBytes(chunk.getBytes()));
        bytes.resume();
        await(read.future());
        return all.toByteArray();
    }

    private Handle<ByteStream> offer(byte[] bytes) {
        ByteQueue queue = new ByteQueue(bytes.length + 1);
        queue.offer(io.netty.buffer.Unpooled.wrappedBuffer(bytes));
        queue.end();
        return handles.offer(queue, queue::close);
    }

    private VolumeDetail create(String name) {
        return await(volumes.create(new CreateVolume(name, "", Map.of(), Map.of())));
    }

    private List<String> actions(String volume) {
        return await(store.read("SELECT action FROM journal WHERE actor = ? ORDER BY seq", row -> row.text(1), volume));
    }

    private static Path only(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            List<Path> all = entries.toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }

    private static <T> T outcome(Future<Pending<T>> accepted) {
        return await(await(accepted).outcome());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }
}
