package io.wharf.events.sinks;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds the address of a URL's host on a thread of its own: the system's resolver waits for servers that do not answer, and
 * a client that is given names has its event loop wait. Confined to the owner's context.
 */
final class HostLookup {
    /** As long as the JVM itself keeps an answer. */
    private static final Duration KEPT = Duration.ofSeconds(30);

    private static final int STACK_BYTES = 128 << 10;

    /** The system's, but in tests. */
    interface Resolver {
        InetAddress resolve(String host) throws UnknownHostException;
    }

    private final Vertx vertx;
    private final String host;
    private final int port;
    private final Resolver resolver;
    /** One lookup at a time, however often is asked; then its answer, for a while. */
    private @Nullable Future<SocketAddress> answer;

    private long answeredNanos;

    HostLookup(Vertx vertx, URI url, Resolver resolver) {
        this.vertx = vertx;
        this.host = url.getHost().replace("[", "").replace("]", "");
        this.port = url.getPort() >= 0 ? url.getPort() : url.getScheme().equals("https") ? 443 : 80;
        this.resolver = resolver;
    }

    Future<SocketAddress> find() {
        Future<SocketAddress> known = answer;
        if (known != null && (!known.isComplete() || System.nanoTime() - answeredNanos < KEPT.toNanos())) {
            return known;
        }
        Promise<SocketAddress> promise = Promise.promise();
        Context context = vertx.getOrCreateContext();
        answer = promise.future();
        // Not a virtual one, which would keep its carrier while the native call waits.
        Thread thread = new Thread(null, () -> resolve(context, promise), "event-sink-lookup", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        return promise.future();
    }

    /** What did not work may have moved. */
    void forget() {
        if (answer != null && answer.isComplete()) {
            answer = null;
        }
    }

    private void resolve(Context context, Promise<SocketAddress> promise) {
        try {
            SocketAddress found =
                    SocketAddress.inetSocketAddress(port, resolver.resolve(host).getHostAddress());
            context.runOnContext(here -> {
                answeredNanos = System.nanoTime();
                promise.complete(found);
            });
        } catch (Throwable e) {
            context.runOnContext(here -> {
                answer = null;
                promise.fail(e);
            });
        }
    }
}
