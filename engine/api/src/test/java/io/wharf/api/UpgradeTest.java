package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.Attached;
import io.wharf.contracts.ContainerService.Exit;
import io.wharf.contracts.Pending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UpgradeTest {
    private static final String ATTACH =
            "POST /v1.50/containers/web/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n"
                    + "Host: d\r\nContent-Type: text/plain\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

    private final PlainDuplex duplex = new PlainDuplex();
    private ApiUnderTest api;

    @BeforeEach
    void open() throws IOException {
        api = new ApiUnderTest();
        api.containers.on("attach", arguments -> attached(false));
        api.execs.on("start", arguments -> attached(true));
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    private Future<Attached> attached(boolean tty) {
        return Future.succeededFuture(new Attached(api.handles.offer(duplex, duplex::close), tty));
    }

    private void say(String text) {
        duplex.output.offer(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    @Test
    void attach_upgradesAndCarriesBothWays() throws Exception {
        try (RawClient client = new RawClient(api.socket)) {
            assertThat(client.send(ATTACH).readHead())
                    .startsWith("HTTP/1.1 101 UPGRADED\r\n")
                    .contains("Content-Type: application/vnd.docker.multiplexed-stream", "Upgrade: tcp");
            client.send("hello");
            await().until(() -> duplex.heard.toString().equals("hello"));
            say("answer");
            assertThat(client.read(6)).isEqualTo("answer");
            client.endInput();
            assertThat(duplex.inputEnded.await(10, TimeUnit.SECONDS)).isTrue();
            say(" after half-close");
            duplex.output.end();
            assertThat(client.readAll()).isEqualTo(" after half-close");
        }
        assertThat(duplex.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void attach_bytesSentWithTheRequest_arriveAsInput() throws Exception {
        Promise<Attached> later = Promise.promise();
        api.containers.on("attach", arguments -> later.future());
        try (RawClient client = new RawClient(api.socket)) {
            client.send(ATTACH + "early\r\n\r\n bytes");
            client.send(" and more");
            client.endInput();
            await().until(() -> api.containers.calls().size() == 1);
            later.complete(ApiUnderTest.await(attached(false)));
            assertThat(client.readHead()).contains("101 UPGRADED");
            assertThat(duplex.inputEnded.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(duplex.heard).hasToString("early\r\n\r\n bytes and more");
            duplex.output.end();
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void attach_withoutUpgrade_is200AndRaw() throws IOException {
        try (RawClient client = new RawClient(api.socket)) {
            assertThat(client.send(ATTACH.replace("Connection: Upgrade\r\nUpgrade: tcp\r\n", ""))
                            .readHead())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("application/vnd.docker.raw-stream")
                    .doesNotContain("Upgrade: tcp");
            say("out");
            duplex.output.end();
            assertThat(client.readAll()).isEqualTo("out");
        }
    }

    @Test
    void attach_olderClient_isToldRawStream() throws IOException {
        try (RawClient client = new RawClient(api.socket)) {
            assertThat(client.send(ATTACH.replace("v1.50", "v1.41")).readHead())
                    .contains("101 UPGRADED", "application/vnd.docker.raw-stream");
            duplex.output.end();
        }
    }

    @Test
    void attach_clientThatReadsLate_getsAll() throws Exception {
        long patience = Upgrade.lingerMillis;
        Upgrade.lingerMillis = 20;
        try (RawClient client = new RawClient(api.socket)) {
            client.send(ATTACH).readHead();
            // More than a socket takes, and less than is held back for it.
            String text = "x".repeat(1000) + "\n";
            for (int i = 0; i < 350; i++) {
                say(text);
            }
            duplex.output.end();
            await().during(400, TimeUnit.MILLISECONDS).until(() -> duplex.closed.getCount() == 1);
            assertThat(client.drain()).isEqualTo(350L * text.length());
        } finally {
            Upgrade.lingerMillis = patience;
        }
    }

    @Test
    void attach_refused_isAnHttpError() throws IOException {
        api.containers.on(
                "attach", arguments -> Future.failedFuture(WharfException.notFound("No such container: web")));

        assertThat(RawClient.ask(api.socket, ATTACH))
                .startsWith("HTTP/1.1 404 Not Found\r\n")
                .contains("Content-Length: 37", "Connection: close", "Api-Version: 1.56")
                .endsWith("{\"message\":\"No such container: web\"}\n");
    }

    @Test
    void attach_clientGone_closesTheDuplexAtTheNextOutput() throws Exception {
        try (RawClient client = new RawClient(api.socket)) {
            client.send(ATTACH).readHead();
        }
        await().until(() -> {
            say("anybody?");
            return duplex.closed.await(10, TimeUnit.MILLISECONDS);
        });
    }

    @Test
    void stop_endsRawConnectionsAndWaitingRequests() throws Exception {
        api.containers.on(
                "waitFor",
                arguments -> Future.succeededFuture(
                        Pending.of(Promise.<Exit>promise().future())));
        try (RawClient attached = new RawClient(api.socket);
                RawClient waiting = new RawClient(api.socket)) {
            attached.send(ATTACH).readHead();
            waiting.send("POST /containers/web/wait HTTP/1.1\r\nHost: d\r\n\r\n")
                    .readHead();
            ApiUnderTest.await(api.vertx.undeploy(api.verticle.deploymentId()));
            assertThat(attached.readAll()).isEmpty();
            assertThat(waiting.readAll()).isEmpty();
        }
        assertThat(duplex.closed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(api.socket).doesNotExist();
    }

    @Test
    void attach_slowInput_holdsTheClientBack() throws Exception {
        try (RawClient client = new RawClient(api.socket)) {
            client.send(ATTACH).readHead();
            client.send("first");
            await().until(() -> duplex.heard.toString().equals("first"));
            duplex.full = true;
            Thread flood = Thread.ofPlatform().start(() -> {
                try {
                    client.send(new byte[4 << 20]);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> flood.getState() == Thread.State.RUNNABLE || !flood.isAlive());
            assertThat(duplex.heard.length()).isLessThan(1 << 20);
            duplex.full = false;
            Objects.requireNonNull(duplex.drain).handle(null);
            flood.join();
            await().until(() -> duplex.heard.length() == 5 + (4 << 20));
            duplex.output.end();
        }
    }

    @Test
    void attach_200MegabytesOut_flowInBoundedMemory() throws Exception {
        long total = 200L << 20;
        int chunk = 32 * 1024;
        try (RawClient client = new RawClient(api.socket)) {
            client.send(ATTACH).readHead();
            Object room = new Object();
            duplex.output.onRoom(() -> {
                synchronized (room) {
                    room.notifyAll();
                }
            });
            Thread producer = Thread.ofPlatform().start(() -> {
                try {
                    for (long sent = 0; sent < total; sent += chunk) {
                        synchronized (room) {
                            while (duplex.output.isFull()) {
                                room.wait();
                            }
                        }
                        duplex.output.offer(PooledByteBufAllocator.DEFAULT
                                .directBuffer(chunk)
                                .writerIndex(chunk));
                    }
                    duplex.output.end();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            long begun = System.nanoTime();
            assertThat(client.drain()).isEqualTo(total);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            producer.join();
            assertThat(millis).isLessThan(5_000);
        }
    }

    @Test
    void execStart_readsItsBodyFirst() throws Exception {
        ready();
        String body = "{\"Detach\":false,\"Tty\":true}";
        try (RawClient client = new RawClient(api.socket)) {
            client.send("POST /exec/e1/start HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
                    + "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: " + body.length() + "\r\n\r\n" + body
                    + "typed early");
            assertThat(client.readHead()).contains("101 UPGRADED", "application/vnd.docker.raw-stream");
            await().until(() -> duplex.heard.toString().equals("typed early"));
            assertThat(api.execs.calls()).last().asString().contains("start[", "tty=true");
            duplex.output.end();
            assertThat(client.readAll()).isEmpty();
        }
    }

    private void ready() {
        api.execs.on("ready", arguments -> Future.succeededFuture());
    }

    @Test
    void execStart_headComesBeforeTheProcess() throws Exception {
        ready();
        Promise<Object> process = Promise.promise();
        api.execs.on("start", arguments -> process.future());
        try (RawClient client = new RawClient(api.socket)) {
            client.send("POST /exec/e1/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
                    + "Content-Length: 2\r\n\r\n{}");
            assertThat(client.readHead()).contains("101 UPGRADED", "application/vnd.docker.multiplexed-stream");
            process.fail(WharfException.internal("too late"));
            assertThat(client.readAll()).contains("too late");
        }
    }

    @Test
    void execStart_refusedBeforeTheHead() throws IOException {
        api.execs.on("ready", arguments -> Future.failedFuture(WharfException.conflict("it is paused")));

        assertThat(RawClient.post(api.socket, "/exec/e1/start", "{}"))
                .startsWith("HTTP/1.1 409 Conflict")
                .contains("it is paused");
    }

    @Test
    void execStart_failureToStart_isToldInTheStream() throws IOException {
        ready();
        api.execs.on("start", arguments -> Future.failedFuture(WharfException.invalid("exec: \"no\": not found")));

        assertThat(
                        RawClient.ask(
                                api.socket,
                                "POST /exec/e1/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}"))
                .contains("101 UPGRADED")
                .endsWith("\r\n\r\n\u0001\0\0\0\0\0\0\u0017exec: \"no\": not found\r\n");
    }

    @Test
    void execStart_detached_answersAtOnce() throws IOException {
        api.execs.on("startDetached", arguments -> Future.succeededFuture());

        assertThat(RawClient.post(api.socket, "/exec/e1/start", "{\"Detach\":true}"))
                .startsWith("HTTP/1.1 200 OK")
                .contains("Content-Length: 0");
    }
}
