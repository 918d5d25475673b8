package io.wharf.events.sinks;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.wharf.contracts.SinkOptions;
import io.wharf.contracts.SinkOptions.Tls;

/** The HTTP client of one webhook: one connection, one more for when the last answer's body does not end. */
final class WebhookClient {
    private static final int CONNECTIONS = 2;
    private static final int KEEP_ALIVE_SECONDS = 30;

    private WebhookClient() {}

    static HttpClient make(Vertx vertx, SinkOptions.Webhook options) {
        HttpClientOptions http =
                new HttpClientOptions().setKeepAliveTimeout(KEEP_ALIVE_SECONDS).setTcpKeepAlive(true);
        if (options.url().getScheme().equals("https")) {
            Tls tls = options.tls();
            http.setSsl(true).setVerifyHost(true);
            if (tls.authorities() != null) {
                http.setTrustOptions(
                        new PemTrustOptions().addCertPath(tls.authorities().toString()));
            }
            if (tls.certificate() != null && tls.key() != null) {
                http.setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(tls.certificate().toString())
                        .setKeyPath(tls.key().toString()));
            }
        }
        return vertx.httpClientBuilder()
                .with(http)
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS))
                .withConnectHandler(connection -> connection.exceptionHandler(broken -> {}))
                .build();
    }
}
