package io.wharf.api.doors;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.handler.ssl.SslContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostSockets;
import io.wharf.contracts.HostSockets.Passed;
import io.wharf.contracts.ListenerOptions.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets behind a {@link Gate}: TCP, and all that systemd passed. */
final class Gates {
    private static final Logger LOG = LoggerFactory.getLogger(Gates.class);
    private static final int BACKLOG = 1024;

    private final Vertx vertx;
    private final ContextInternal context;
    private final HostSockets host;
    private final Optional<Tls> tls;
    private final Future<InnerServer> inner;
    private final List<Channel> channels = new ArrayList<>();
    private @Nullable Future<SslContext> keys;

    /**
     * Gates to one server.
     *
     * @param folder for what is there for a moment at the start; only root may enter it
     */
    Gates(
            Vertx vertx,
            HostSockets host,
            Optional<Tls> tls,
            HttpServerOptions options,
            Path folder,
            HeadRoom heads,
            Consumer<HttpServerRequest> front) {
        this.vertx = vertx;
        this.context = (ContextInternal) vertx.getOrCreateContext();
        this.host = host;
        this.tls = tls;
        inner = InnerServer.start(vertx, options, folder, heads, front);
    }

    Future<Void> tcp(TcpAddress address) {
        return vertx.executeBlocking(() -> new InetSocketAddress(resolved(address.host()), address.port()))
                .compose(resolved -> {
                    EpollServerSocketChannel channel = new EpollServerSocketChannel();
                    channel.config().setReuseAddress(true).setBacklog(BACKLOG);
                    return keys().compose(keys -> open(channel, keys)).compose(open -> done(channel.bind(resolved)));
                });
    }

    /** Those that systemd passed: all, or one by its number or name. */
    Future<Void> passed(String which) {
        List<Passed> all = host.passed();
        if (all.isEmpty()) {
            return Future.failedFuture(WharfException.invalid(
                    "no sockets found via socket activation: make sure the service was started by systemd"));
        }
        List<Passed> wanted = all.stream()
                .filter(socket -> which.isEmpty() || which.equals("*") || isCalled(socket, which))
                .toList();
        Future<Void> opened = Future.succeededFuture();
        for (Passed socket : all) {
            if (wanted.contains(socket)) {
                opened = opened.compose(before -> adopt(socket));
            } else {
                close(socket);
            }
        }
        return wanted.isEmpty()
                ? Future.failedFuture(WharfException.invalid("systemd passed no socket " + which + ", but "
                        + all.stream().map(Gates::shown).toList()))
                : opened;
    }

    List<Integer> ports() {
        return channels.stream()
                .filter(EpollServerSocketChannel.class::isInstance)
                .map(channel -> ((InetSocketAddress) channel.localAddress()).getPort())
                .toList();
    }

    Future<Void> close() {
        List<Future<Void>> closing = new ArrayList<>();
        channels.forEach(channel -> closing.add(done(channel.close())));
        closing.add(inner.compose(InnerServer::close));
        return Future.join(closing).mapEmpty();
    }

    private Future<Void> adopt(Passed socket) {
        LOG.info("listening on {}, which systemd passed", shown(socket));
        if (socket.unix()) {
            return open(new EpollServerDomainSocketChannel(socket.descriptor(), true), null);
        }
        if (tls.isEmpty()) {
            PlainTcp.warn(socket.address());
        }
        return keys().compose(keys -> open(new EpollServerSocketChannel(socket.descriptor()), keys));
    }

    /** With TLS where that is wanted, which is read once. */
    private Future<@Nullable SslContext> keys() {
        if (tls.isEmpty()) {
            return Future.succeededFuture(null);
        }
        if (keys == null) {
            keys = vertx.executeBlocking(() -> TlsKeys.read(vertx, tls.get()));
        }
        return keys.map(read -> read);
    }

    private Future<Void> open(Channel channel, @Nullable SslContext with) {
        return inner.compose(server -> {
                    channel.pipeline().addLast(new Gate(server.channel(), with));
                    return done(context.nettyEventLoop().register(channel));
                })
                .onSuccess(registered -> channels.add(channel))
                .onFailure(failure -> channel.unsafe().closeForcibly());
    }

    private static InetAddress resolved(String name) throws UnknownHostException {
        try {
            return InetAddress.getByName(name);
        } catch (UnknownHostException e) {
            throw new UnknownHostException("failed to lookup " + name + " address in host specification");
        }
    }

    private static boolean isCalled(Passed socket, String which) {
        return which.equals(socket.name()) || which.equals(String.valueOf(socket.descriptor()));
    }

    private static String shown(Passed socket) {
        return (socket.name() == null ? "" : socket.name() + " ") + "(fd " + socket.descriptor() + ", "
                + socket.address() + ")";
    }

    private static void close(Passed socket) {
        try {
            new FileDescriptor(socket.descriptor()).close();
        } catch (IOException e) {
            LOG.debug("{}: {}", shown(socket), e.getMessage());
        }
    }

    private Future<Void> done(ChannelFuture future) {
        Promise<Void> promise = context.promise();
        future.addListener(result -> {
            if (result.isSuccess()) {
                promise.complete();
            } else {
                promise.fail(result.cause());
            }
        });
        return promise.future();
    }
}
