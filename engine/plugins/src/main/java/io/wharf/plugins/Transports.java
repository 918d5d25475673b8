package io.wharf.plugins;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.wharf.plugins.PluginAddress.Tls;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The HTTP clients: one for what goes in the clear, and one for each way of trusting. Made when first needed. */
final class Transports {
    private static final int CONNECT_MILLIS = 1500;
    /** At a time for one plugin: a call that takes long holds up no other. */
    private static final int CONNECTIONS = 64;

    private final Vertx vertx;
    private final Map<Tls, HttpClient> secured = new HashMap<>();
    private @Nullable HttpClient clear;

    Transports(Vertx vertx) {
        this.vertx = vertx;
    }

    HttpClient client(@Nullable Tls tls) {
        if (tls != null) {
            return secured.computeIfAbsent(tls, this::secured);
        }
        if (clear == null) {
            clear = make(options());
        }
        return clear;
    }

    void close() {
        secured.values().forEach(HttpClient::close);
        if (clear != null) {
            clear.close();
        }
    }

    private HttpClient secured(Tls tls) {
        HttpClientOptions options = options().setTrustAll(tls.unverified()).setVerifyHost(!tls.unverified());
        if (!tls.unverified() && !tls.authority().isEmpty()) {
            options.setTrustOptions(new PemTrustOptions().addCertPath(tls.authority()));
        }
        if (!tls.certificate().isEmpty()) {
            options.setKeyCertOptions(
                    new PemKeyCertOptions().setCertPath(tls.certificate()).setKeyPath(tls.key()));
        }
        return make(options);
    }

    /** A connection for each call: a plugin that comes back is not written to over one that died with it. */
    private static HttpClientOptions options() {
        return new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS).setKeepAlive(false);
    }

    private HttpClient make(HttpClientOptions options) {
        return vertx.httpClientBuilder()
                .with(options)
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS))
                // Calls tell why they failed; without a handler each connection would tell it once more in the log.
                .withConnectHandler(connection -> connection.exceptionHandler(failure -> {}))
                .build();
    }
}
