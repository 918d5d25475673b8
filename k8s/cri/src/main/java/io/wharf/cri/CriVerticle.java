package io.wharf.cri;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.server.GrpcServer;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.Services;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** Serves the CRI on a unix socket of its own that only root may open. */
public final class CriVerticle extends VerticleBase {
    private final EngineOptions options;
    private final Path socket;
    private @Nullable HttpServer server;

    public CriVerticle(EngineOptions options, Path socket) {
        this.options = options;
        this.socket = socket;
    }

    @Override
    public Future<?> start() throws Exception {
        GrpcServer grpc = GrpcServer.server(vertx);
        ImageService images = Services.client(vertx, ImageService.class);
        grpc.addService(new RuntimeAnswers(options.version()));
        grpc.addService(new ImageAnswers(images, options.layout()));
        Path folder = socket.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.deleteIfExists(socket);
        HttpServer listening = vertx.createHttpServer(new HttpServerOptions()).requestHandler(grpc);
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
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
