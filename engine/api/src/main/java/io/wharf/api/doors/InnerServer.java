package io.wharf.api.doors;

import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * An HTTP server that is given its connections, for Vert.x serves none but those of a socket that it has bound itself.
 *
 * <p>It is bound to a unix socket in a folder that only root enters, one connection is made to it, which shows its listening
 * channel, and the socket's file is taken away again. A connection that is put into that channel is served like one that
 * was accepted there.
 */
final class InnerServer {
    private static final String NAME = "door.sock";

    private final HttpServer server;
    private final Channel channel;

    private InnerServer(HttpServer server, Channel channel) {
        this.server = server;
        this.channel = channel;
    }

    /** Starts one whose requests go to {@code front}. */
    static Future<InnerServer> start(
            Vertx vertx, HttpServerOptions options, Path folder, HeadRoom heads, Consumer<HttpServerRequest> front) {
        Path path = folder.resolve(NAME);
        Promise<Channel> listening = Promise.promise();
        HttpServer server = vertx.createHttpServer(options)
                .connectionHandler(connection -> {
                    Channel accepted = ((ConnectionBase) connection).channel();
                    if (accepted.parent() != null && !listening.future().isComplete()) {
                        listening.complete(accepted.parent());
                    }
                    heads.watch(connection);
                })
                .requestHandler(request -> {
                    Gate.arrived(((ConnectionBase) request.connection()).channel());
                    front.accept(request);
                });
        return vertx.executeBlocking(() -> {
                    Files.createDirectories(folder);
                    return Files.deleteIfExists(path);
                })
                .compose(gone -> server.listen(SocketAddress.domainSocketAddress(path.toString())))
                .compose(bound -> vertx.executeBlocking(() -> SocketChannel.open(UnixDomainSocketAddress.of(path))))
                .compose(client -> listening
                        .future()
                        .eventually(() -> vertx.executeBlocking(() -> {
                            client.close();
                            return Files.deleteIfExists(path);
                        })))
                .map(channel -> new InnerServer(server, channel))
                .onFailure(failure -> server.close());
    }

    /** Where accepted connections are to be put. */
    Channel channel() {
        return channel;
    }

    Future<Void> close() {
        return server.close();
    }
}
