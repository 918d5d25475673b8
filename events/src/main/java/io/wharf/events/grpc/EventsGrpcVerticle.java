package io.wharf.events.grpc;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.server.GrpcServer;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventService;
import io.wharf.contracts.Services;
import io.wharf.events.grpc.v1.EventsGrpcService;
import io.wharf.streams.HandleTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** Serves events over gRPC (HTTP/2 without TLS) on a unix socket that only root may open. */
public final class EventsGrpcVerticle extends VerticleBase {
    /** What a subscriber that does not read may have in memory of ours, and HTTP/2's flow control on the way. */
    private static final int WINDOW_BYTES = 16 * 1024;

    private final Path socket;
    private final HandleTable handles;
    private @Nullable HttpServer server;

    public EventsGrpcVerticle(Path socket, HandleTable handles) {
        this.socket = socket;
        this.handles = handles;
    }

    @Override
    public Future<?> start() throws IOException {
        GrpcServer grpc = GrpcServer.server(vertx);
        EventService events = Services.client(vertx, EventService.class);
        grpc.callHandler(EventsGrpcService.Subscribe, call -> SubscribeCall.answer(events, handles, call));
        Path folder = socket.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        SocketFile.clear(socket);
        HttpServer listening = vertx.createHttpServer(
                        new HttpServerOptions().setHttp2ConnectionWindowSize(WINDOW_BYTES))
                .requestHandler(grpc);
        server = listening;
        return listening
                .listen(SocketAddress.domainSocketAddress(socket.toString()))
                .map(bound -> restrict());
    }

    @Override
    public Future<?> stop() {
        return server == null ? Future.succeededFuture() : server.close();
    }

    private Path restrict() {
        try {
            return Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw WharfException.internal("cannot restrict " + socket + ": " + e.getMessage(), e);
        }
    }
}
