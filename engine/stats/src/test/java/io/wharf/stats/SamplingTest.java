package io.wharf.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufUtil;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.contracts.ContainerProcess;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.Feed;
import io.wharf.linux.EventLoops;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sampler with recorded files: who gets what, and what is left when nobody reads. */
@Timeout(30)
class SamplingTest {
    private final Map<String, ContainerProcess> containers = new ConcurrentHashMap<>();
    private final List<List<String>> asked = new CopyOnWriteArrayList<>();
    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2));
    private final Context context = vertx.getOrCreateContext();
    private final Pools pools = new Pools(4, 1);
    private Sampling sampling;

    @TempDir
    Path folder;

    @BeforeEach
    void make() throws IOException {
        sampling = new Sampling(vertx, context, pools, service(), Recorded.v1(folder), Recorded.HOST_BYTES);
        containers.put("a", Recorded.container("a", true));
        containers.put("b", Recorded.container("b", true));
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
        pools.close();
    }

    private ContainerService service() {
        return (ContainerService) Proxy.newProxyInstance(
                ContainerService.class.getClassLoader(),
                new Class<?>[] {ContainerService.class},
                (self, method, arguments) -> {
                    @SuppressWarnings("unchecked")
                    List<String> ids = (List<String>) arguments[0];
                    asked.add(ids);
                    return Future.succeededFuture(ids.stream()
                            .filter(containers::containsKey)
                            .map(containers::get)
                            .toList());
                });
    }

    private final class Reads implements Feed.Reader {
        final List<String> got = new CopyOnWriteArrayList<>();
        volatile boolean ended;

        @Override
        public EventExecutor loop() {
            return EventLoops.of(context);
        }

        @Override
        public void take(Feed.Message message) {
            got.add(new String(ByteBufUtil.getBytes(message.body()), StandardCharsets.US_ASCII));
        }

        @Override
        public void end() {
            ended = true;
        }
    }

    private long openFiles() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).startsWith(folder);
                        } catch (IOException closed) {
                            return false;
                        }
                    })
                    .count();
        }
    }

    @Test
    void readers_shareTheSamplesOfOneContainer() {
        Reads first = new Reads();
        Reads second = new Reads();
        sampling.feed("a").join(first);
        await().until(() -> first.got.size() == 1);
        sampling.feed("a").join(second);
        await().until(() -> first.got.size() >= 3 && second.got.size() >= 2);

        assertThat(first.got.get(0)).contains("\"preread\":\"0001-01-01T00:00:00Z\"");
        assertThat(second.got.get(0)).contains("\"preread\":\"0001-01-01T00:00:00Z\"");
        assertThat(second.got.get(0).substring(0, 200))
                .isEqualTo(first.got.get(1).substring(0, 200));
        assertThat(second.got.get(1)).isEqualTo(first.got.get(2)).doesNotContain("\"preread\":\"0001");
        sampling.feed("a").leave(first);
        sampling.feed("a").leave(second);
    }

    @Test
    void containers_thatAreReadAtOnceShareABeat() {
        Reads a = new Reads();
        Reads b = new Reads();
        sampling.feed("a").join(a);
        sampling.feed("b").join(b);
        await().until(() -> a.got.size() >= 3 && b.got.size() >= 3);
        assertThat(asked).anyMatch(ids -> ids.size() == 2);
        assertThat(asked.size()).isLessThan(6);
    }

    @Test
    void nobodyReads_nothingIsHeldOrAsked() throws IOException {
        Reads reads = new Reads();
        sampling.feed("a").join(reads);
        await().until(() -> !reads.got.isEmpty());
        assertThat(openFiles()).isGreaterThan(8);
        sampling.feed("a").leave(reads);
        await().until(() -> openFiles() == 0);
        int before = asked.size();
        await().during(Duration.ofMillis(1300)).atMost(Duration.ofSeconds(5)).until(() -> asked.size() == before);
    }

    @Test
    void removedContainer_endsItsReaders() throws IOException {
        Reads reads = new Reads();
        sampling.feed("a").join(reads);
        await().until(() -> !reads.got.isEmpty());
        containers.remove("a");
        await().until(() -> reads.ended);
        await().until(() -> openFiles() == 0);
    }

    @Test
    void endedContainer_isShownWithoutValuesAndStartedAgainWithThem() {
        Reads reads = new Reads();
        sampling.feed("a").join(reads);
        await().until(() -> !reads.got.isEmpty());
        containers.put("a", Recorded.container("a", false));
        await().until(() -> reads.got.getLast().contains("\"memory_stats\":{}"));
        containers.put("a", Recorded.container("a", true));
        await().until(() -> reads.got.getLast().contains("\"usage\":1273856"));
        assertThat(reads.ended).isFalse();
        sampling.feed("a").leave(reads);
    }

    @Test
    void readingThatHangs_delaysNoOther() throws Exception {
        // A fifo without a writer: opening it for reading hangs, as a reading of a stuck kernel would.
        Path stuck = Files.createDirectories(folder.resolve("wharf/stuck"));
        assertThat(new ProcessBuilder("mkfifo", stuck.resolve("cpu.stat").toString())
                        .start()
                        .waitFor())
                .isZero();
        Map<String, Reads> reads = new ConcurrentHashMap<>();
        for (String id : List.of("a", "b", "c", "d", "e")) {
            containers.put(id, Recorded.container(id, true));
            reads.put(id, new Reads());
            sampling.feed(id).join(reads.get(id));
        }
        await().until(() -> reads.values().stream().allMatch(one -> one.got.size() >= 2));
        // One in the middle and the last: some are finished before, some are to be taken over, some are both.
        Set<String> hanging = Set.of("c", "e");
        for (String id : hanging) {
            containers.put(id, new ContainerProcess(id, id, true, false, 9, 9, "/wharf/stuck", "host", null, "linux"));
        }
        int before = reads.get("a").got.size();
        await().until(() -> reads.entrySet().stream()
                .allMatch(each ->
                        hanging.contains(each.getKey()) || each.getValue().got.size() >= before + 3));
        int hung = reads.get("c").got.size();
        assertThat(hung).isLessThan(before + 2);
        // Lets both readings go, so that the test ends: opened by both, it is written by nobody.
        try (FileChannel writer = FileChannel.open(stuck.resolve("cpu.stat"), StandardOpenOption.WRITE)) {
            assertThat(writer.isOpen()).isTrue();
        }
        await().until(() -> hanging.stream().allMatch(id -> reads.get(id).got.size() > hung));
    }
}
