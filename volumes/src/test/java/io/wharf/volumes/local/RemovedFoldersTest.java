package io.wharf.volumes.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.KernelLedger;
import io.wharf.linux.Mounts;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a volume's folder is gone, or nearly, is neither made up nor thrown away. */
class RemovedFoldersTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Pools pools = new Pools(2, 1);
    private KernelLedger ledger;
    private Path root;
    private LocalDriver driver;

    @BeforeEach
    void start() throws IOException {
        root = Files.createDirectories(folder.resolve("volumes"));
        ledger = KernelLedger.open(folder.resolve("kernel.db"), "boot");
        driver = new LocalDriver(root, ledger, pools, Mounts.real(), Duration.ofSeconds(30));
        await(() -> driver.create("data", Map.of()));
        Files.writeString(root.resolve("data/_data/file"), "text");
    }

    @AfterEach
    void stop() {
        pools.close();
        vertx.close().await();
        ledger.close();
    }

    @Test
    void mount_ofAFolderThatIsGone_saysSo_andMakesNone() throws IOException {
        Files.delete(root.resolve("data/_data/file"));
        Files.delete(root.resolve("data/_data"));
        assertThatThrownBy(() -> await(() -> driver.mount("data", Map.of(), "container", true)))
                .hasMessageContaining("the folder of volume data is gone: " + root.resolve("data/_data"));
        assertThat(root.resolve("data/_data")).doesNotExist();
    }

    @Test
    void recover_keepsWhatHasARow_whereItsPlaceIsTaken() throws IOException {
        await(() -> driver.remove("data", Map.of()));
        Files.createDirectories(root.resolve("data/_data"));
        await(() -> driver.recover(List.of("data")));
        assertThat(removed())
                .singleElement()
                .satisfies(path -> assertThat(path.resolve("_data/file")).hasContent("text"));
    }

    private List<Path> removed() throws IOException {
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(path -> path.getFileName().toString().startsWith(".removed-"))
                    .toList();
        }
    }

    /** On an event loop, as the verticle calls it. */
    private <T> T await(Supplier<Future<T>> step) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        vertx.runOnContext(now -> {
            try {
                step.get().onComplete(answer::complete, answer::completeExceptionally);
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer.orTimeout(20, TimeUnit.SECONDS).join();
    }
}
