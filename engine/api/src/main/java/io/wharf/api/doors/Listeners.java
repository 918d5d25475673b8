package io.wharf.api.doors;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostSockets;
import io.wharf.openapi.Role;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening sockets: {@code unix:///path} and {@code tcp://address:port}. */
public final class Listeners {
    /** The longest frame that a client of a WebSocket may send. */
    public static final int LONGEST_FRAME = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
    private static final int DOCKER_PORT = 2375;
    private static final int LAST_PORT = 65_535;
    // Filters, Dockerfile instructions and credentials travel in the first line and the headers.
    private static final int LONGEST_LINE = 64 * 1024;
    private static final int LONGEST_HEADERS = 256 * 1024;
    private static final int CHUNK = 64 * 1024;

    private final Vertx vertx;
    private final HostSockets host;
    private final BiConsumer<HttpServerRequest, Caller> front;
    private final List<HttpServer> servers = new ArrayList<>();
    private final List<UnixSocket> sockets = new ArrayList<>();

    /** All requests go to {@code front}. */
    public Listeners(Vertx vertx, HostSockets host, BiConsumer<HttpServerRequest, Caller> front) {
        this.vertx = vertx;
        this.host = host;
        this.front = front;
    }

    /** Opens all sockets in their order, or none. */
    public Future<Void> open(List<String> hosts) {
        Future<Void> opened = Future.succeededFuture();
        for (String host : hosts) {
            opened = opened.compose(before -> open(host))
                    .recover(failure -> Future.failedFuture(
                            failure instanceof WharfException
                                    ? failure
                                    : WharfException.internal(
                                            "cannot listen on " + host + ": " + failure.getMessage(), failure)));
        }
        return opened.recover(failure -> close().transform(closed -> Future.failedFuture(failure)));
    }

    public Future<Void> close() {
        List<Future<Void>> closing = new ArrayList<>();
        servers.forEach(server -> closing.add(server.close()));
        sockets.forEach(socket -> closing.add(blocking(() -> {
            socket.remove();
            return null;
        })));
        return Future.join(closing).mapEmpty();
    }

    /** Ports of the TCP sockets, in the order of the hosts. */
    public List<Integer> ports() {
        return servers.stream()
                .map(HttpServer::actualPort)
                .filter(port -> port > 0)
                .toList();
    }

    private Future<Void> open(String host) {
        if (host.startsWith("unix://")) {
            return openUnix(new UnixSocket(Path.of(host.substring("unix://".length()))));
        }
        if (host.startsWith("tcp://")) {
            return openTcp(host);
        }
        return Future.failedFuture(
                WharfException.invalid("cannot listen on " + host + ": neither unix:///path nor tcp://address:port"));
    }

    private Future<Void> openUnix(UnixSocket socket) {
        return blocking(socket::prepare)
                .compose(temporary -> listen(SocketAddress.domainSocketAddress(temporary.toString())))
                .compose(listening -> blocking(() -> {
                    socket.publish();
                    return null;
                }))
                .onSuccess(published -> sockets.add(socket))
                .mapEmpty();
    }

    private Future<Void> openTcp(String host) {
        URI uri;
        try {
            uri = new URI(host.startsWith("tcp://:") ? "tcp://0.0.0.0" + host.substring("tcp://".length()) : host);
        } catch (URISyntaxException e) {
            return Future.failedFuture(WharfException.invalid("cannot listen on " + host + ": " + e.getMessage()));
        }
        if (uri.getHost() == null) {
            return Future.failedFuture(WharfException.invalid("cannot listen on " + host + ": no address"));
        }
        String address = uri.getHost().replace("[", "").replace("]", "");
        LOG.warn("{} asks for no credentials: whoever reaches it is root on this host", host);
        int port = uri.getPort() < 0 ? DOCKER_PORT : uri.getPort();
        return port > LAST_PORT
                ? Future.failedFuture(WharfException.invalid("cannot listen on " + host + ": no such port"))
                : listen(SocketAddress.inetSocketAddress(port, address));
    }

    private Future<Void> listen(SocketAddress address) {
        HttpServer server = vertx.createHttpServer(options())
                .requestHandler(request -> front.accept(request, new Caller(request, Role.ADMIN, host)));
        return server.listen(address)
                .onSuccess(listening -> servers.add(server))
                .mapEmpty();
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions()
                // The upgrade to HTTP/2 would swallow what clients send early on connections that become raw streams.
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(true)
                .setMaxInitialLineLength(LONGEST_LINE)
                .setMaxHeaderSize(LONGEST_HEADERS)
                .setMaxChunkSize(CHUNK)
                .setMaxWebSocketFrameSize(LONGEST_FRAME)
                .setTcpNoDelay(true)
                // Streams may be silent for days: a peer that vanished is found out by the kernel.
                .setTcpKeepAlive(true);
    }

    private <T> Future<T> blocking(Callable<T> action) {
        return vertx.executeBlocking(action);
    }
}
