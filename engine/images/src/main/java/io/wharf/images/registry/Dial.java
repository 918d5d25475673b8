package io.wharf.images.registry;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.SocketAddress;
import io.wharf.linux.HostNames;
import java.net.InetAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;

/**
 * Opens requests at addresses, not names: a client that is given names has its event loop wait for the resolver. The name
 * stays that of the host for the header and for the certificate, which is checked against it.
 */
final class Dial {
    private final Vertx vertx;
    private final HostNames names;

    Dial(Vertx vertx, HostNames names) {
        this.vertx = vertx;
        this.names = names;
    }

    /** A request at the first address of the host, or of its proxy, that takes the connection, within the connect timeout. */
    Future<HttpClientRequest> open(HttpClient http, RequestOptions options, Cancellation wish) {
        long limit = options.getConnectTimeout();
        long deadline = System.nanoTime() + limit * 1_000_000;
        ProxyOptions proxy = options.getProxyOptions();
        String host = proxy == null ? options.getHost() : proxy.getHost();
        return names.find(vertx, host, Duration.ofMillis(limit))
                .compose(addresses -> attempt(http, options, addresses, deadline, wish));
    }

    private static Future<HttpClientRequest> attempt(
            HttpClient http, RequestOptions options, List<InetAddress> addresses, long deadline, Cancellation wish) {
        if (wish.isCancelled()) {
            return Future.failedFuture(Cancellation.withdrawn());
        }
        // An address that swallows everything leaves time for the next one.
        long left = Math.max(1, (deadline - System.nanoTime()) / 1_000_000 / addresses.size());
        return http.request(at(addresses.getFirst(), options).setConnectTimeout(left))
                .recover(failure -> addresses.size() == 1 || !(failure instanceof SocketException)
                        ? Future.failedFuture(failure)
                        : attempt(http, options, addresses.subList(1, addresses.size()), deadline, wish)
                                // Told is what the first one said, as by Go's programs.
                                .recover(another -> Future.failedFuture(failure)));
    }

    private static RequestOptions at(InetAddress address, RequestOptions options) {
        RequestOptions there = new RequestOptions(options);
        ProxyOptions proxy = options.getProxyOptions();
        return proxy == null
                ? there.setServer(SocketAddress.inetSocketAddress(options.getPort(), address.getHostAddress()))
                : there.setProxyOptions(new ProxyOptions(proxy).setHost(address.getHostAddress()));
    }
}
