package io.wharf.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.base.Layout;
import io.wharf.linux.EventLoops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Destinations that do not come back, or not soon. */
class RemoteTaskTest {
    private static final Vertx VERTX = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private static final LogWatches WATCHES = LogWatches.on(EventLoops.of(VERTX.getOrCreateContext()));
    private static final Pump PUMP = new Pump(EventLoops.of(VERTX.getOrCreateContext()), WATCHES, Quiet.INSTANCE);
    private static final String LINE = "2016-10-06T00:17:09.660000000+00:00 stdout F 0123456789\n";

    @TempDir
    private Path folder;

    private final CountDownLatch called = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong lost = new AtomicLong();

    @AfterAll
    static void close() {
        PUMP.close();
        WATCHES.close();
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void makeSpool() throws IOException {
        Files.writeString(folder.resolve(Spool.NAME), LINE.repeat(100));
    }

    private static LogSource source(Map<String, String> options) {
        return new LogSource("id", "name", "", "", 0, "", Map.of(), List.of(), "", options);
    }

    private RemoteTask task(Spool spool, LogDriver driver, Map<String, String> options) throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        ContainerLog log = ContainerLog.load(source(Map.of()), LogDrivers.NONE, new Layout(data, data), PUMP);
        LogDriverKind kind = new LogDriverKind() {
            @Override
            public String name() {
                return "test";
            }

            @Override
            public void check(Map<String, String> wanted) {}

            @Override
            public LogDriver open(LogSource from) {
                return driver;
            }
        };
        return new RemoteTask(
                log, folder.resolve("saved"), spool, FeedPosition.START, kind, source(options), lost::addAndGet);
    }

    private abstract class Told implements LogDriver {
        @Override
        public void flush() {}

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @Test
    void close_driverHangs_isClosedWhenItComesBack() throws Exception {
        Spool spool = Spool.load(folder, 0);
        RemoteTask task = task(
                spool,
                new Told() {
                    @Override
                    public void write(LogMessage message) throws IOException {
                        called.countDown();
                        try {
                            answer.await();
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                    }
                },
                Map.of());
        task.go();
        assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
        task.close();
        assertThat(closed.getCount()).isEqualTo(1);
        assertThat(spool.isRead()).isTrue();
        answer.countDown();
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        // Nothing of the spool is kept for it any more, and none of its files is open.
        assertThat(spool.isRead()).isFalse();
    }

    @Test
    void deliver_moreWaitsThanMay_oldestLinesAreGivenUpAndCounted() throws Exception {
        Spool spool = Spool.load(folder, 0);
        var delivered = new AtomicLong();
        RemoteTask task = task(
                spool,
                new Told() {
                    @Override
                    public void write(LogMessage message) {
                        delivered.incrementAndGet();
                    }
                },
                Map.of("max-buffer-size", "1k"));
        task.go();
        task.drain(10_000);
        task.close();
        assertThat(task.isDone()).isTrue();
        assertThat(lost.get() + delivered.get()).isEqualTo(100);
        assertThat(delivered.get()).isBetween(1024L / LINE.length() - 1, 1024L / LINE.length() + 1);
    }
}
