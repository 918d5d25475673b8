package io.wharf.api.doors;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostSockets;
import io.wharf.contracts.ListenerOptions;
import io.wharf.contracts.ListenerOptions.RoleSocket;
import io.wharf.openapi.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The listening sockets: {@code unix:///path}, {@code tcp://address:port}, {@code fd://} for what systemd passed, and unix
 * sockets with a role.
 */
public final class Listeners {
    /** The longest frame that a client of a WebSocket may send. */
    public static final int LONGEST_FRAME = 1 << 20;

    // Filters, Dockerfile instructions and credentials travel in the first line and the headers.
    private static final int LONGEST_LINE = 64 * 1024;
    private static final int LONGEST_HEADERS = 256 * 1024;
    private static final int CHUNK = 64 * 1024;
    private static final String UNIX = "unix://";
    private static final String TCP = "tcp://";
    private static final String PASSED = "fd://";
    private static final int USUAL_MODE = 0660;

    private final Vertx vertx;
    private final HostSockets host;
    private final ListenerOptions options;
    private final Path folder;
    private final BiConsumer<HttpServerRequest, Caller> front;
    private final HeadRoom heads = new HeadRoom();
    private final List<HttpServer> servers = new ArrayList<>();
    private final List<UnixSocket> sockets = new ArrayList<>();
    private @Nullable Gates gates;

    /**
     * None of them is open yet.
     *
     * @param folder for what is there for a moment at the start; only root may enter it
     * @param front gets all requests, each with its caller
     */
    public Listeners(
            Vertx vertx,
            HostSockets host,
            ListenerOptions options,
            Path folder,
            BiConsumer<HttpServerRequest, Caller> front) {
        this.vertx = vertx;
        this.host = host;
        this.options = options;
        this.folder = folder;
        this.front = front;
    }

    /** Opens all sockets in their order, or none. */
    public Future<Void> open(List<String> hosts) {
        Future<Void> opened = Future.succeededFuture();
        for (String address : hosts) {
            opened = opened.compose(before -> named(address, open(address)));
        }
        for (RoleSocket socket : options.sockets()) {
            opened = opened.compose(before -> named(UNIX + socket.path(), open(socket)));
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
        if (gates != null) {
            closing.add(gates.close());
        }
        return Future.join(closing).mapEmpty();
    }

    /** Ports of the TCP sockets, in the order of the hosts. */
    public List<Integer> ports() {
        return gates == null ? List.of() : gates.ports();
    }

    private static Future<Void> named(String address, Future<Void> opening) {
        return opening.recover(failure -> Future.failedFuture(
                failure instanceof WharfException
                        ? failure
                        : WharfException.internal(
                                "cannot listen on " + address + ": " + failure.getMessage(), failure)));
    }

    private Future<Void> open(String address) {
        if (address.startsWith(UNIX)) {
            Path path = Path.of(address.substring(UNIX.length()));
            return open(new UnixSocket(path, options.group(), USUAL_MODE), Role.ADMIN);
        }
        if (address.startsWith(TCP)) {
            return openTcp(address);
        }
        if (address.startsWith(PASSED)) {
            return gates().passed(address.substring(PASSED.length()));
        }
        return Future.failedFuture(WharfException.invalid(
                "cannot listen on " + address + ": none of unix:///path, tcp://address:port, fd://"));
    }

    private Future<Void> open(RoleSocket socket) {
        String group = socket.group();
        Role role = Role.of(socket.role())
                .orElseThrow(() -> WharfException.invalid(
                        "socket " + socket.path() + ": no role " + socket.role() + ": read-only, operator or admin"));
        return open(new UnixSocket(socket.path(), group == null ? options.group() : group, socket.mode()), role);
    }

    private Future<Void> open(UnixSocket socket, Role role) {
        HttpServer server = vertx.createHttpServer(http())
                .connectionHandler(heads::watch)
                .requestHandler(request -> front.accept(request, new Caller(request, role, host)));
        return blocking(socket::prepare)
                .compose(temporary -> server.listen(SocketAddress.domainSocketAddress(temporary.toString())))
                .onSuccess(servers::add)
                .compose(listening -> blocking(() -> {
                    socket.publish();
                    return null;
                }))
                .onSuccess(published -> sockets.add(socket))
                .mapEmpty();
    }

    private Future<Void> openTcp(String address) {
        TcpAddress parsed;
        try {
            parsed = TcpAddress.parse(address, options.tls().isPresent());
        } catch (WharfException e) {
            return Future.failedFuture(WharfException.invalid("cannot listen on " + address + ": " + e.getMessage()));
        }
        if (options.tls().isEmpty()) {
            PlainTcp.warn(parsed.toString());
        }
        return gates().tcp(parsed);
    }

    private Gates gates() {
        if (gates == null) {
            gates = new Gates(
                    vertx,
                    host,
                    options.tls(),
                    http(),
                    folder,
                    heads,
                    request -> front.accept(request, new Caller(request, Role.ADMIN, host)));
        }
        return gates;
    }

    private static HttpServerOptions http() {
        return new HttpServerOptions()
                // The upgrade to HTTP/2 would swallow what clients send early on connections that become raw streams.
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(true)
                .setMaxInitialLineLength(LONGEST_LINE)
                .setMaxHeaderSize(LONGEST_HEADERS)
                .setMaxChunkSize(CHUNK)
                .setMaxWebSocketFrameSize(LONGEST_FRAME);
    }

    private <T> Future<T> blocking(Callable<T> action) {
        return vertx.executeBlocking(action);
    }
}
