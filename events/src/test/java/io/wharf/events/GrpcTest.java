package io.wharf.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.wharf.base.Store;
import io.wharf.contracts.EventOptions;
import io.wharf.contracts.Services;
import io.wharf.events.grpc.EventsGrpcVerticle;
import io.wharf.events.grpc.v1.Event;
import io.wharf.events.grpc.v1.EventsGrpcService;
import io.wharf.events.grpc.v1.Filter;
import io.wharf.events.grpc.v1.SubscribeRequest;
import io.wharf.streams.HandleTable;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The journal over gRPC, with Vert.x's client. */
@Timeout(30)
class GrpcTest {
    private static final ServiceMethod<Event, SubscribeRequest> SUBSCRIBE = ServiceMethod.client(
            EventsGrpcService.SERVICE_NAME,
            "Subscribe",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(Event.newBuilder()));

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private Store store;
    private Path socket;
    private GrpcClient client;

    @BeforeEach
    void start() {
        HandleTable handles = new HandleTable(vertx, Duration.ofSeconds(10));
        Services.prepare(vertx);
        store = Store.open(folder.resolve("e.db"), Store.Durability.PROCESS, List.of());
        socket = folder.resolve("e.sock");
        await(vertx.deployVerticle(new EventsVerticle(
                new EventOptions(Duration.ofSeconds(100), 1 << 20, Optional.empty()), store, handles)));
        await(vertx.deployVerticle(new EventsGrpcVerticle(socket, handles)));
        client = GrpcClient.client(vertx);
    }

    @AfterEach
    void stop() {
        await(vertx.close());
        store.close();
    }

    @Test
    void subscribe_fromTheFirst_bringsEachInOrder_alsoToOneThatStandsStill() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        List<Event> seen = new CopyOnWriteArrayList<>();
        GrpcClientResponse<SubscribeRequest, Event> stream =
                ask(SubscribeRequest.newBuilder().setAfter(0).build(), seen::add);
        announce(3);
        Awaitility.await().until(() -> seen.size() == 3);
        stream.pause();
        announce(3000);
        stream.resume();
        Awaitility.await().until(() -> seen.size() == 3003);
        assertThat(seen)
                .extracting(Event::getSeq)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 3003).boxed().toList());
        assertThat(seen.getFirst().getAttributesMap()).containsEntry("name", "x");
    }

    @Test
    void subscribe_withFilterAndEnd_ends() {
        announce(2);
        await(store.write(tx -> tx.announce("volume", "create", "v", Map.of())));
        List<Event> seen = new CopyOnWriteArrayList<>();
        GrpcClientResponse<SubscribeRequest, Event> stream = ask(
                SubscribeRequest.newBuilder()
                        .setSinceUnixNano(1)
                        .setUntilUnixNano(System.currentTimeMillis() * 1_000_000 + 1_000_000)
                        .addFilters(Filter.newBuilder().setKey("type").addValues("volume"))
                        .build(),
                seen::add);
        await(stream.end());
        assertThat(seen).singleElement().extracting(Event::getId).isEqualTo("v");
    }

    @Test
    void subscribe_toWhatIsGone_orNonsense_saysSo() {
        announce(10);
        await(store.write(tx -> tx.update("UPDATE journal SET time_ns = seq WHERE seq < 5")));
        Awaitility.await()
                .until(() -> await(store.read("SELECT min(seq) FROM journal", row -> row.number(1)))
                        .contains(5L));
        assertThat(status(SubscribeRequest.newBuilder().setAfter(2).build())).isEqualTo(GrpcStatus.OUT_OF_RANGE);
        assertThat(status(SubscribeRequest.newBuilder()
                        .addFilters(Filter.newBuilder().setKey("colour").addValues("red"))
                        .build()))
                .isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    }

    @Test
    void socket_isTakenFromTheDeadAlone() throws Exception {
        HandleTable handles = new HandleTable(vertx, Duration.ofSeconds(10));
        assertThatThrownBy(() -> await(vertx.deployVerticle(new EventsGrpcVerticle(socket, handles))))
                .hasMessageContaining("another process serves it");
        assertThat(status(SubscribeRequest.newBuilder().setAfter(9).build())).isEqualTo(GrpcStatus.OUT_OF_RANGE);
        Path file = Files.writeString(folder.resolve("notes"), "mine");
        assertThatThrownBy(() -> await(vertx.deployVerticle(new EventsGrpcVerticle(file, handles))))
                .hasMessageContaining("it is no socket");
        assertThat(file).hasContent("mine");
        Path left = folder.resolve("left.sock");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(left))
                .close();
        await(vertx.deployVerticle(new EventsGrpcVerticle(left, handles)));
    }

    private GrpcStatus status(SubscribeRequest request) {
        GrpcClientResponse<SubscribeRequest, Event> response = ask(request, event -> {});
        return await(response.end().transform((ended, failure) -> Future.succeededFuture(response.status())));
    }

    private GrpcClientResponse<SubscribeRequest, Event> ask(SubscribeRequest request, Handler<Event> reader) {
        return await(client.request(SocketAddress.domainSocketAddress(socket.toString()), SUBSCRIBE)
                .compose(call -> call.end(request)
                        // On the connection's thread: what comes before anybody listens is dropped.
                        .compose(sent -> call.response().onSuccess(answer -> answer.handler(reader)))));
    }

    private void announce(int count) {
        for (int i = 0; i < count; i++) {
            store.write(tx -> tx.announce("container", "create", "c", Map.of("name", "x")));
        }
        await(store.write(tx -> true));
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
