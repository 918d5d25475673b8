package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.processors.PublishProcessor;
import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.Event;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ContainerService.LogBytes;
import io.wharf.contracts.ContainerService.LogOptions;
import io.wharf.contracts.Handle;
import io.wharf.contracts.ImageService.ImportImage;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.contracts.LeaseService.Lease;
import io.wharf.streams.ByteQueue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class StreamingTest {
    private ApiUnderTest api;

    @BeforeEach
    void open() throws IOException {
        api = new ApiUnderTest();
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    @Test
    void logs_flowWithTheirHeadAtOnce() throws IOException {
        ByteQueue log = new ByteQueue(1 << 16);
        api.containers.on("logs", arguments -> {
            assertThat(((LogOptions) arguments[1]).tail()).isEqualTo(5);
            return Future.succeededFuture(new LogBytes(api.handles.offer((ByteStream) log, log::close), false));
        });
        try (RawClient client = new RawClient(api.socket)) {
            client.send(
                    "GET /containers/web/logs?stdout=1&follow=1&tail=5 HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
            assertThat(client.readHead()).contains("200 OK", "application/vnd.docker.multiplexed-stream");
            log.offer(Unpooled.copiedBuffer("a line\n", StandardCharsets.UTF_8));
            assertThat(client.read(10)).isEqualTo("7\r\na line\n");
            log.end();
            assertThat(client.readAll()).isEqualTo("\r\n0\r\n\r\n");
        }
        assertThat(RawClient.get(api.socket, "/containers/web/logs")).contains("400 Bad", "at least one stream");
    }

    @Test
    void logs_clientGone_closesTheStream() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        ByteQueue log = new ByteQueue(1 << 16).onClose(closed::countDown);
        api.containers.on(
                "logs",
                arguments ->
                        Future.succeededFuture(new LogBytes(api.handles.offer((ByteStream) log, log::close), true)));
        try (RawClient client = new RawClient(api.socket)) {
            client.send("GET /containers/web/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: d\r\n\r\n");
            assertThat(client.readHead()).contains("application/vnd.docker.raw-stream");
        }
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void logs_failureInTheMiddle_breaksTheConnection() throws IOException {
        ByteQueue log = new ByteQueue(1 << 16);
        log.offer(Unpooled.copiedBuffer("half", StandardCharsets.UTF_8));
        log.fail(new IOException("disk"));
        api.containers.on(
                "logs",
                arguments ->
                        Future.succeededFuture(new LogBytes(api.handles.offer((ByteStream) log, log::close), true)));

        assertThat(RawClient.get(api.socket, "/containers/web/logs?stdout=1"))
                .endsWith("4\r\nhalf\r\n")
                .doesNotContain("\r\n0\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1.51|*/*|application/json|{'status':'start','id':'abc','from':'busybox',",
                "/v1.52|*/*|application/jsonl|{",
                "''|application/x-ndjson;q=0.5, application/json-seq|application/json-seq|^{",
            })
    void events_areDockersMessages(String version, String accept, String type, String begin) throws IOException {
        PublishProcessor<Event> journal = PublishProcessor.create();
        api.events.on("subscribe", arguments -> Future.succeededFuture(api.handles.offer(journal, () -> {})));
        try (RawClient client = new RawClient(api.socket)) {
            client.send("GET " + version + "/events?since=5 HTTP/1.1\r\nHost: d\r\nAccept: " + accept + "\r\n\r\n");
            assertThat(client.readHead()).contains("200 OK", "Content-Type: " + type + "\r\n");
            journal.onNext(new Event(1, 5_000_000_001L, "container", "start", "abc", Map.of("image", "busybox")));
            String line = "'Type':'container','Action':'start',"
                    + "'Actor':{'ID':'abc','Attributes':{'image':'busybox'}},'scope':'local','time':5,'timeNano':5000000001}\n";
            assertThat(client.readUntil("}\n"))
                    .endsWith("\r\n" + (begin.replace("^", "\u001e") + line).replace('\'', '"'));
        }
        await().until(() -> !journal.hasSubscribers());
        assertThat(api.events.calls()).singleElement().asString().contains("sinceNanos=5000000000");
    }

    /** With signs of life on the way, whose timer must not take the place of what ends the subscription. */
    @Test
    void serverSentEvents_clientGone_endsTheSubscription() throws IOException {
        PublishProcessor<Event> journal = PublishProcessor.create();
        api.events.on("subscribe", arguments -> Future.succeededFuture(api.handles.offer(journal, () -> {})));
        try (RawClient client = new RawClient(api.socket)) {
            client.send("GET /wharf/v1/events HTTP/1.1\r\nHost: d\r\n\r\n");
            assertThat(client.readHead()).contains("200 OK", "text/event-stream");
            journal.onNext(new Event(1, 1, "container", "start", "abc", Map.of()));
            assertThat(client.readUntil("\n\n")).contains("id: 1\ndata: ");
        }
        await().until(() -> !journal.hasSubscribers());
    }

    @Test
    void lease_clientGone_endsTheSubscription() throws IOException {
        PublishProcessor<Lease> told = PublishProcessor.create();
        api.leases.on("open", arguments -> Future.succeededFuture(api.handles.offer(told, () -> {})));
        try (RawClient client = new RawClient(api.socket)) {
            client.send("POST /wharf/v1/leases HTTP/1.1\r\nHost: d\r\nContent-Length: 21\r\n\r\n"
                    + "{\"Labels\":{\"a\":null}}");
            await().until(told::hasSubscribers);
            told.onNext(new Lease("1", "a=1", Map.of(), "", "held", 1, null));
            assertThat(client.readHead()).contains("200 OK");
        }
        await().until(() -> !told.hasSubscribers());
        assertThat(api.leases.calls()).containsExactly("open[{a=}]");
    }

    @Test
    void events_ofImagesMade_areForThoseWhoKnowThem() throws IOException {
        Event made = new Event(1, 1, "image", "create", "sha256:abc", Map.of());
        api.events.on(
                "subscribe", arguments -> Future.succeededFuture(api.handles.offer(Flowable.just(made), () -> {})));
        assertThat(RawClient.get(api.socket, "/v1.45/events")).doesNotContain("sha256:abc");
        assertThat(RawClient.get(api.socket, "/v1.46/events")).contains("sha256:abc");
    }

    /** One who loses events must know it, whatever the form: this one has no word for it. */
    @Test
    void events_thatAreGoneMeanwhile_breakTheConnection() throws IOException {
        api.events.on(
                "subscribe",
                arguments -> Future.succeededFuture(api.handles.offer(
                        Flowable.<Event>error(new WharfException(ErrorKind.GONE, "gone")), () -> {})));
        assertThat(RawClient.get(api.socket, "/events?since=5"))
                .contains("200 OK")
                .doesNotContain("\r\n0\r\n");
        assertThat(RawClient.get(api.socket, "/wharf/v1/events?after=5"))
                .contains("event: gone\ndata: {\"message\":\"gone\"}\n\n", "\r\n0\r\n");
    }

    @Test
    void events_withAnEndAlone_areThoseFromTheBeginning() throws IOException {
        api.events.on(
                "subscribe", arguments -> Future.succeededFuture(api.handles.offer(Flowable.<Event>empty(), () -> {})));
        RawClient.get(api.socket, "/events?until=5");
        RawClient.get(api.socket, "/events");
        assertThat(api.events.calls()).hasSize(2);
        assertThat(api.events.calls().getFirst()).asString().contains("sinceNanos=1,", "untilNanos=5000000000");
        assertThat(api.events.calls().getLast()).asString().contains("sinceNanos=0,");
    }

    @Test
    void events_slowClient_asksForNoMoreThanItTakes() throws IOException {
        AtomicLong produced = new AtomicLong();
        Flowable<Event> endless = Flowable.generate(emitter -> {
            produced.incrementAndGet();
            emitter.onNext(new Event(1, 1, "network", "x".repeat(1000), "id", Map.of()));
        });
        api.events.on("subscribe", arguments -> Future.succeededFuture(api.handles.offer(endless, () -> {})));
        try (RawClient client = new RawClient(api.socket)) {
            client.send("GET /events HTTP/1.1\r\nHost: d\r\n\r\n").readHead();
            AtomicLong before = new AtomicLong(-1);
            await().pollInterval(200, TimeUnit.MILLISECONDS)
                    .until(() -> before.getAndSet(produced.get()) == produced.get());
            assertThat(produced.get()).isBetween(1L, 5_000L);
            client.read(2_000_000);
            assertThat(produced.get()).isGreaterThan(before.get());
        }
    }

    @Test
    void pull_failureBeforeTheFirstLine_hasAStatus() throws IOException {
        Flowable<Progress> none = Flowable.error(WharfException.notFound("manifest unknown"));
        api.images.on("pull", arguments -> Future.succeededFuture(api.handles.offer(none, () -> {})));

        assertThat(RawClient.post(api.socket, "/images/create?fromImage=localhost:5000/a&tag=1", ""))
                .startsWith("HTTP/1.1 404")
                .endsWith("{\"message\":\"manifest unknown\"}\n");
    }

    @Test
    void pull_failureAfterALine_isTheLastLine() throws IOException {
        Flowable<Progress> half = Flowable.concat(
                Flowable.just(Progress.status("abc", "Pulling")), Flowable.error(WharfException.internal("gone")));
        api.images.on("pull", arguments -> {
            PullImage pull = (PullImage) arguments[0];
            assertThat(pull.allTags()).isTrue();
            assertThat(pull.name()).isEqualTo("localhost:5000/a");
            return Future.succeededFuture(api.handles.offer(half, () -> {}));
        });

        assertThat(RawClient.post(api.socket, "/images/create?fromImage=localhost:5000/a", ""))
                .contains(
                        "200 OK",
                        "{\"status\":\"Pulling\",\"id\":\"abc\"}\r\n",
                        "\"errorDetail\":{\"message\":\"gone\"}");
    }

    @Test
    void importRoot_streamsItsBodyAndHoldsTheClientBack() throws Exception {
        AtomicLong heard = new AtomicLong();
        PublishProcessor<Progress> progress = PublishProcessor.create();
        CountDownLatch begun = new CountDownLatch(1);
        ByteStream[] body = new ByteStream[1];
        api.images.on("importRoot", arguments -> {
            ImportImage request = (ImportImage) arguments[0];
            assertThat(request.changes()).containsExactly("CMD x", "ENV a=b");
            body[0] = api.handles.take(request.root());
            begun.countDown();
            return Future.succeededFuture(
                    api.handles.offer((Flowable<Progress>) progress.onBackpressureBuffer(), () -> {}));
        });
        int length = 32 << 20;
        try (RawClient client = new RawClient(api.socket)) {
            client.send(
                    "POST /images/create?fromSrc=-&repo=a&changes=CMD%20x&changes=ENV%20a%3Db HTTP/1.1\r\nHost: d\r\n"
                            + "Connection: close\r\nContent-Length: " + length + "\r\n\r\n");
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    client.send(new byte[length]);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            await().until(() -> ((ByteQueue) body[0]).isFull());
            assertThat(((ByteQueue) body[0]).queued()).isLessThan(2 << 20);
            assertThat(sender.isAlive()).isTrue();
            body[0].endHandler(end -> {
                progress.onNext(Progress.status("sha256:1"));
                progress.onComplete();
            });
            body[0].handler(bytes -> heard.addAndGet(bytes.length()));
            sender.join();
            assertThat(client.readAll()).contains("200 OK", "{\"status\":\"sha256:1\"}");
            assertThat(heard).hasValue(length);
        }
    }

    @Test
    void load_clientGoneInTheMiddle_failsTheStream() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        api.images.on("load", arguments -> {
            ByteStream body = api.handles.take(LoadArguments.archive(arguments));
            body.exceptionHandler(e -> failed.countDown());
            body.handler(bytes -> {});
            return Future.succeededFuture(api.handles.offer((Flowable<Progress>) Flowable.<Progress>never(), () -> {}));
        });
        try (RawClient client = new RawClient(api.socket)) {
            client.send("POST /images/load HTTP/1.1\r\nHost: d\r\nContent-Length: 1000\r\n\r\nhalf");
            await().until(() -> !api.images.calls().isEmpty());
        }
        assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void load_refused_leavesTheConnectionUsable() throws IOException {
        // The archive is never taken: its handle would wait for seconds.
        api.images.on("load", arguments -> Future.failedFuture(WharfException.invalid("not an archive")));
        try (RawClient client = new RawClient(api.socket)) {
            int length = 3 << 20;
            client.send("POST /images/load HTTP/1.1\r\nHost: d\r\nContent-Length: " + length + "\r\n\r\n");
            client.send(new byte[length]);
            assertThat(client.readHead()).contains("400 Bad Request");
            assertThat(client.read(28)).contains("not an archive");
            client.send("GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n");
            assertThat(client.readHead()).contains("200 OK");
        }
    }

    @Test
    void create_refusedBeforeAnybodyReads_leavesTheConnectionUsable() throws IOException {
        try (RawClient client = new RawClient(api.socket)) {
            int length = 3 << 20;
            client.send("POST /images/create HTTP/1.1\r\nHost: d\r\nContent-Length: " + length + "\r\n\r\n");
            client.send(new byte[length]);
            assertThat(client.readHead()).contains("400 Bad Request");
            client.readUntil("}\n");
            client.send("GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n");
            assertThat(client.readHead()).contains("200 OK");
        }
    }

    @Test
    void save_isATar() throws IOException {
        ByteQueue tar = new ByteQueue(1 << 16);
        tar.offer(Unpooled.copiedBuffer("tar", StandardCharsets.UTF_8));
        tar.end();
        api.images.on("save", arguments -> {
            assertThat(arguments[0]).isEqualTo(List.of("a", "b", "c"));
            return Future.succeededFuture(api.handles.offer((ByteStream) tar, tar::close));
        });

        assertThat(RawClient.get(api.socket, "/images/get?names=a,b&names=c"))
                .contains("application/x-tar", "3\r\ntar\r\n");
    }

    /** Gives the archive its type back. */
    private static final class LoadArguments {
        @SuppressWarnings("unchecked")
        static Handle<ByteStream> archive(Object[] arguments) {
            return (Handle<ByteStream>) arguments[0];
        }
    }
}
