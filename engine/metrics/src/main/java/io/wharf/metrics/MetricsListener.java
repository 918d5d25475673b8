package io.wharf.metrics;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.MetricsService.Page;
import io.wharf.linux.HostNames;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the measurements, and nothing else, at an address of their own, as dockerd's {@code --metrics-addr} has it. */
final class MetricsListener {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsListener.class);
    private static final int IDLE_SECONDS = 60;
    private static final Duration LOOKUP = Duration.ofSeconds(30);

    private final Function<String, Future<Page>> scrape;

    MetricsListener(Function<String, Future<Page>> scrape) {
        this.scrape = scrape;
    }

    /** Ends with the verticle that asks for it. */
    Future<?> open(Vertx vertx, String address) {
        MetricsAddress where = MetricsAddress.parse(address);
        return HostNames.SYSTEM
                .find(vertx, where.host(), LOOKUP)
                .compose(found -> vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
                        .requestHandler(this::serve)
                        .listen(where.port(), found.getFirst().getHostAddress()))
                .onSuccess(open -> LOG.info("metrics at http://{}/metrics", address))
                .recover(failure -> Future.failedFuture(new WharfException(
                        ErrorKind.CONFLICT,
                        "cannot serve metrics at " + address + ": " + failure.getMessage(),
                        failure)));
    }

    private void serve(HttpServerRequest request) {
        if (!request.path().equals("/metrics") || !request.method().equals(HttpMethod.GET)) {
            request.response().setStatusCode(404).end("404 page not found\n");
            return;
        }
        scrape.apply(Objects.requireNonNullElse(request.getHeader(HttpHeaders.ACCEPT), ""))
                .onSuccess(page -> request.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, page.contentType())
                        .end(page.text()))
                .onFailure(failure -> request.response().setStatusCode(500).end(failure.getMessage() + "\n"));
    }
}
