package io.wharf.images.registry;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.TrustOptions;
import io.wharf.linux.Pools;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP clients, one for each way of checking certificates, made when they are first needed. */
final class Transports {
    private static final Logger LOG = LoggerFactory.getLogger(Transports.class);
    private static final int CLIENTS = 8;
    private static final int IDLE_SECONDS = 120;
    // Long enough for the next layer; an idle engine holds no connection.
    private static final int KEEP_ALIVE_SECONDS = 4;
    private static final int CONNECTIONS = 16;
    private static final int CONNECT_MILLIS = 30_000;
    private static final long RETIRED_MINUTES = 30;

    private final Vertx vertx;
    private final Pools pools;
    private final Map<Tls, Future<HttpClient>> clients = new LinkedHashMap<>();

    Transports(Vertx vertx, Pools pools) {
        this.vertx = vertx;
        this.pools = pools;
    }

    Future<HttpClient> client(Tls tls) {
        Future<HttpClient> known = clients.get(tls);
        if (known != null && !known.failed()) {
            return known;
        }
        Future<HttpClient> made = tls.unverified()
                ? Future.succeededFuture(make(tls, null))
                : pools.call(tls::trust).map(trust -> make(tls, trust));
        clients.put(tls, made);
        if (clients.size() > CLIENTS) {
            // Certificates that were replaced: what still runs over the old ones may end.
            Tls oldest = clients.keySet().iterator().next();
            Future<HttpClient> retired = clients.remove(oldest);
            if (retired != null) {
                retired.onSuccess(client -> client.shutdown(RETIRED_MINUTES, TimeUnit.MINUTES));
            }
        }
        return made;
    }

    private HttpClient make(Tls tls, @Nullable TrustOptions trust) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setIdleTimeout(IDLE_SECONDS)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setTrustAll(tls.unverified())
                .setVerifyHost(!tls.unverified());
        if (trust != null) {
            options.setTrustOptions(trust);
        }
        if (!tls.keys().isEmpty()) {
            List<String> certificates = new ArrayList<>();
            List<String> keys = new ArrayList<>();
            for (Tls.Pair pair : tls.keys()) {
                certificates.add(pair.certificate().toString());
                keys.add(pair.key().toString());
            }
            options.setKeyCertOptions(
                    new PemKeyCertOptions().setCertPaths(certificates).setKeyPaths(keys));
        }
        return vertx.httpClientBuilder()
                .with(options)
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS))
                // Requests tell why they failed; without a handler each connection would tell it once more in the log.
                .withConnectHandler(connection -> connection.exceptionHandler(
                        failure -> LOG.debug("a registry's connection: {}", failure.toString())))
                .build();
    }
}
