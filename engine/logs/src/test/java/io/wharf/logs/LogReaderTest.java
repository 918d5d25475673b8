package io.wharf.logs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Layout;
import io.wharf.contracts.ByteStream;
import io.wharf.linux.EventLoops;
import io.wharf.linux.Pools;
import io.wharf.streams.RawBytes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
    private static final Vertx VERTX = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private static final Pools POOLS = new Pools(4, 1);
    private static final LogWatches WATCHES = LogWatches.on(EventLoops.of(VERTX.getOrCreateContext()));
    private static final String T = "2016-10-06T00:17:09.669794202+00:00";

    private static final Pump PUMP = new Pump(EventLoops.of(VERTX.getOrCreateContext()), WATCHES, Quiet.INSTANCE);

    @TempDir
    private Path data;

    private Path folder = Path.of("");
    private @Nullable ContainerLog log;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectories(data.resolve("containers/id"));
    }

    private final Buffer seen = Buffer.buffer();
    private final CompletableFuture<Buffer> done = new CompletableFuture<>();

    @AfterAll
    static void close() {
        PUMP.close();
        WATCHES.close();
        POOLS.close();
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @AfterEach
    void endAll() {
        done.complete(seen);
        // Nothing is to write into the folder while it is deleted.
        ContainerLog opened = log;
        if (opened != null) {
            opened.close();
        }
    }

    private Path log(String... records) throws IOException {
        Path file = folder.resolve(Spool.NAME);
        Files.writeString(file, String.join("", records), ISO_8859_1);
        return file;
    }

    private LogReader open(LogQuery query) throws IOException {
        LogSource source = new LogSource("id", "name", "", "", 0, "", Map.of(), List.of(), "", Map.of());
        log = ContainerLog.load(source, LogDrivers.LOCAL, new Layout(data, data), PUMP);
        if (query.follow()) {
            if (!Files.exists(folder.resolve(Spool.NAME))) {
                Files.createFile(folder.resolve(Spool.NAME));
            }
            log.begin(folder.resolve("ctl"));
        }
        return log.read(POOLS, query, null, log.ends());
    }

    private void append(Path file, String text) throws IOException {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
            out.write(text.getBytes(ISO_8859_1));
        }
    }

    private static LogQuery logs(long tail, long since, long until, boolean framed, boolean times) {
        return new LogQuery(tail, since, until, true, true, false, framed, true, times, false, false);
    }

    private String text(LogQuery query) throws Exception {
        return collect(open(query).bytes()).get(10, TimeUnit.SECONDS).toString(ISO_8859_1);
    }

    private CompletableFuture<Buffer> collect(ByteStream bytes) {
        VERTX.getOrCreateContext().runOnContext(run -> {
            bytes.exceptionHandler(done::completeExceptionally);
            bytes.endHandler(end -> done.complete(seen));
            bytes.handler(chunk -> {
                synchronized (seen) {
                    seen.appendBuffer(chunk);
                }
            });
        });
        return done;
    }

    private String soFar() {
        synchronized (seen) {
            return seen.toString(ISO_8859_1);
        }
    }

    private static String frame(int stream, String text) {
        return new String(new char[] {
                    (char) stream, 0, 0, 0, 0, 0, (char) (text.length() >> 8), (char) (text.length() & 255)
                })
                + text;
    }

    @Test
    void follow_ofAContainerRemovedBeforeItsFirstRun_ends() throws Exception {
        LogSource source = new LogSource("id", "name", "", "", 0, "", Map.of(), List.of(), "", Map.of());
        ContainerLog neverRun = ContainerLog.load(source, LogDrivers.LOCAL, new Layout(data, data), PUMP);
        LogReader reader =
                neverRun.read(POOLS, LogQuery.output(true, true, true, true), neverRun.viewFromNow(), neverRun.ends());
        CompletableFuture<Buffer> heard = collect(reader.bytes());
        neverRun.delete();
        assertThat(heard.get(10, TimeUnit.SECONDS).length()).isZero();
    }

    @Test
    void attached_thatHasNotReadForTooLong_isToldAndCutOff() throws Exception {
        String record = T + " stdout F lost\n";
        Files.writeString(folder.resolve(Spool.NAME + ".0"), record, ISO_8859_1);
        log(T + " stdout F kept\n");
        LogSource source = new LogSource("id", "name", "", "", 0, "", Map.of(), List.of(), "", Map.of());
        ContainerLog opened = ContainerLog.load(source, LogDrivers.LOCAL, new Layout(data, data), PUMP);
        log = opened;
        View view = new View(List.of(), false, new SpoolCursor(opened.spool(), 0, 5), 0, 0, 0);
        opened.begin(folder.resolve("ctl"));
        // The driver has taken it, and nobody else is waited for.
        Awaitility.await().until(() -> !Files.exists(folder.resolve(Spool.NAME + ".0")));
        LogReader reader = opened.read(POOLS, LogQuery.output(true, true, true, true), view, opened.ends());
        String heard = collect(reader.bytes()).get(10, TimeUnit.SECONDS).toString(ISO_8859_1);
        assertThat(heard)
                .isEqualTo(frame(
                        2,
                        "wharf: this client has not read for too long: " + record.length()
                                + " bytes of the output are gone, and it is cut off\n"));
    }

    @Test
    void logs_bothStreams_areFramedLineByLine() throws Exception {
        log(
                T + " stdout F one\n",
                T + " stderr F two\n",
                T + " stdout P thr\n",
                T + " stdout F ee\n",
                T + " stdout F \n");
        assertThat(text(logs(-1, 0, 0, true, false)))
                .isEqualTo(frame(1, "one\n") + frame(2, "two\n") + frame(1, "three\n") + frame(1, "\n"));
    }

    @Test
    void logs_oneStreamOnly_leavesOutTheOther() throws Exception {
        log(T + " stdout F one\n", T + " stderr F two\n");
        LogQuery query = new LogQuery(-1, 0, 0, false, true, false, true, true, false, false, false);
        assertThat(text(query)).isEqualTo(frame(2, "two\n"));
    }

    @Test
    void logs_timestampsAndDetails_standBeforeEachLineOnce() throws Exception {
        log(
                T + " stdout P a\n",
                T + " stderr F x\n",
                T + " stdout F b\n",
                "2016-10-06T05:47:09.000000001+05:30 stdout F c\n");
        LogQuery query = new LogQuery(-1, 0, 0, true, true, false, false, true, true, true, false);
        String z = "2016-10-06T00:17:09.669794202Z";
        assertThat(text(query)).isEqualTo(z + "  a" + z + "  x\nb\n2016-10-06T00:17:09.000000001Z  c\n");
    }

    @Test
    void logs_sinceAndUntil_takeWhatIsBetween() throws Exception {
        log(
                "2016-10-06T00:17:09.000000001+00:00 stdout F a\n",
                "2016-10-06T00:17:09.000000002+00:00 stdout F b\n",
                "2016-10-06T00:18:10.000000000+00:00 stdout F c\n",
                "2016-10-06T02:18:10.000000001+02:00 stdout F d\n");
        long second = io.wharf.base.Times.parse("2016-10-06T00:17:09Z");
        assertThat(text(logs(-1, second + 2, second + 61_000_000_000L, false, false)))
                .isEqualTo("b\nc\n");
    }

    @Test
    void logs_tornAndForeignLines_doNotDisturbTheOthers() throws Exception {
        log(
                "\0\0\0\0\n",
                T + " stdout F a\n",
                "foreign text that is as long as a real record's head is\n",
                T + " stdout F b\u00ff\0\n",
                T + " stderr P torn");
        assertThat(text(logs(-1, 0, 0, false, false))).isEqualTo("a\nb\u00ff\0\ntorn");
        assertThat(LogQuery.output(true, true, true, false).framed()).isTrue();
    }

    @Test
    void logs_tornHead_isLeftOut() throws Exception {
        log(T + " stdout F a\n", "2016-10-06T00");
        assertThat(text(logs(-1, 0, 0, false, false))).isEqualTo("a\n");
    }

    @Test
    void logs_noFile_isEmpty() throws Exception {
        assertThat(text(logs(-1, 0, 0, false, false))).isEmpty();
    }

    @Test
    void output_lineOfManyBlocks_comesWhole() throws Exception {
        StringBuilder log = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 700_000; i += 7) {
            expected.append(String.format("%07d", i));
        }
        log.append(T).append(" stdout F ").append(expected).append('\n');
        log(log.toString());
        assertThat(text(LogQuery.output(true, true, false, false))).isEqualTo(expected + "\n");
    }

    @Test
    void follow_growingFile_tellsAtOnceAndEndsWithTheContainer() throws Exception {
        Path file = folder.resolve(Spool.NAME);
        LogReader stream = open(LogQuery.output(true, true, false, true));
        CompletableFuture<Buffer> all = collect(stream.bytes());
        Awaitility.await().until(() -> Files.exists(file));
        append(file, T + " stdout P $ ");
        append(file, "\n" + T + " std");
        Awaitility.await().untilAsserted(() -> assertThat(soFar()).isEqualTo("$ "));
        append(file, "out F ls\n");
        Awaitility.await().untilAsserted(() -> assertThat(soFar()).isEqualTo("$ ls\n"));
        append(file, T + " stderr F last\n");
        log.ended();
        assertThat(all.get(10, TimeUnit.SECONDS).toString()).isEqualTo("$ ls\nlast\n");
    }

    @Test
    void follow_writerNeverRests_losesAndDoublesNothing() throws Exception {
        Path file = log();
        LogReader stream = open(LogQuery.output(true, true, false, true));
        CompletableFuture<Buffer> all = collect(stream.bytes());
        StringBuilder expected = new StringBuilder();
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
            for (int i = 0; i < 60_000; i++) {
                out.write((T + (i % 3 == 0 ? " stdout P " : " stdout F ") + "line " + i + "\n").getBytes(ISO_8859_1));
                expected.append("line ").append(i).append(i % 3 == 0 ? "" : "\n");
            }
        }
        log.ended();
        assertThat(all.get(20, TimeUnit.SECONDS).toString()).isEqualTo(expected.toString());
    }

    @Test
    void follow_closedByItsReader_readsNoFurther() throws Exception {
        Path file = log(T + " stdout F one\n");
        LogReader stream = open(LogQuery.output(true, true, false, true));
        collect(stream.bytes());
        Awaitility.await().untilAsserted(() -> assertThat(soFar()).isEqualTo("one\n"));
        stream.bytes().close();
        append(file, T + " stdout F two\n");
        log.ended();
        assertThat(soFar()).isEqualTo("one\n");
        assertThat(done).isNotDone();
    }

    /** The thread is given back now and then, and the reading goes on all the same. */
    @Test
    void logs_millionsOfBytesWithNothingToShow_reachTheirEnd() throws Exception {
        String silent = (T + " stdout F " + "x".repeat(70) + "\n").repeat(100_000);
        log(silent, T + " stderr F here\n", silent);
        var query = new LogQuery(-1, 0, 0, false, true, false, false, true, false, false, false);
        LogReader reader = open(query);
        assertThat(collect(reader.bytes()).get(10, TimeUnit.SECONDS).toString()).isEqualTo("here\n");
    }

    @Test
    void logs_millionLines_areFramedFast() throws Exception {
        Path file = folder.resolve(Spool.NAME);
        String line = T + " stdout F " + "x".repeat(70) + "\n";
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] many = line.repeat(1000).getBytes(ISO_8859_1);
            for (int i = 0; i < 1000; i++) {
                out.write(many);
            }
        }
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            long start = System.nanoTime();
            long[] bytes = {0};
            CompletableFuture<Long> end = new CompletableFuture<>();
            ByteStream stream = open(logs(-1, 0, 0, true, true)).bytes();
            VERTX.getOrCreateContext().runOnContext(run -> {
                stream.endHandler(ended -> end.complete(bytes[0]));
                ((RawBytes) stream).rawHandler(chunk -> {
                    bytes[0] += chunk.readableBytes();
                    chunk.release();
                });
            });
            assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(1_000_000L * (71 + 8 + 31));
            best = Math.min(best, System.nanoTime() - start);
        }
        assertThat(best).isLessThan(2_000_000_000L);
    }
}
