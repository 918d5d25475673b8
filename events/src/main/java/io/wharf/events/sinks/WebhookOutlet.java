package io.wharf.events.sinks;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.wharf.base.Event;
import io.wharf.base.Json;
import io.wharf.contracts.SinkOptions;
import io.wharf.linux.HostNames;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents by POST: one request at a time, so that they arrive in order; any status of the 200s is a delivery, and all
 * else is tried again. Redirections are not followed: a signed body goes where the configuration says.
 */
final class WebhookOutlet implements Outlet {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    /** Bad request, content too large, unprocessable content: said of what was sent. */
    private static final Set<Integer> REFUSALS = Set.of(400, 413, 422);
    /** An answer's body is read up to here, and no further; it means nothing. */
    private static final int LONGEST_ANSWER = 64 * 1024;

    private final Vertx vertx;
    private final SinkOptions.Webhook options;
    private final String engineId;
    private final String agent;
    private final Blocking blocking;
    private final Backoff backoff;

    private @Nullable HttpClient client;
    private byte @Nullable [] secret;
    private boolean stale;

    WebhookOutlet(Vertx vertx, SinkOptions.Webhook options, String engineId, String version, Blocking blocking) {
        this.vertx = vertx;
        this.options = options;
        this.engineId = engineId;
        this.agent = "Wharf/" + version;
        this.blocking = blocking;
        this.backoff = new Backoff(
                options.retryMin(),
                options.retryMax(),
                () -> ThreadLocalRandom.current().nextDouble());
    }

    @Override
    public Future<Long> open(long newest) {
        return blocking.call(this::readSecret).map(read -> {
            secret = read;
            client = WebhookClient.make(vertx, options);
            return 0L;
        });
    }

    @Override
    public Future<Void> deliver(List<Event> batch) {
        if (stale) {
            stale = false;
            return close().compose(closed -> open(0))
                    .onFailure(failure -> stale = true)
                    .compose(opened -> post(batch));
        }
        return post(batch);
    }

    @Override
    public void reopen() {
        stale = true;
    }

    @Override
    public Future<Void> close() {
        HttpClient open = client;
        client = null;
        return open == null ? Future.succeededFuture() : open.close();
    }

    @Override
    public int batch() {
        return options.batch();
    }

    @Override
    public Backoff backoff() {
        return backoff;
    }

    private byte @Nullable [] readSecret() throws IOException {
        if (options.secretFile() == null) {
            return null;
        }
        byte[] secret =
                Files.readString(options.secretFile()).strip().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        if (secret.length == 0) {
            throw new IOException(options.secretFile() + " holds no secret");
        }
        return secret;
    }

    private Future<Void> post(List<Event> batch) {
        boolean single = options.batch() == 1;
        byte[] body = Json.writeBytes(
                single
                        ? CloudEvent.of(batch.getFirst(), engineId)
                        : batch.stream()
                                .map(event -> CloudEvent.of(event, engineId))
                                .toList());
        Promise<Void> outcome = Promise.promise();
        long deadline = vertx.setTimer(
                Math.max(1, options.timeout().toMillis()),
                due -> outcome.tryFail("POST " + options.target() + ": no answer within "
                        + options.timeout().toMillis() + " ms"));
        HttpClient by = Objects.requireNonNull(client);
        HostNames.SYSTEM
                .find(vertx, options.url().getHost(), options.timeout())
                .compose(found -> by.request(request(found.getFirst())))
                .compose(request -> {
                    outcome.future().onFailure(late -> request.reset());
                    if (outcome.future().failed()) {
                        // Connected too late to be of use.
                        return Future.failedFuture(outcome.future().cause());
                    }
                    return send(request, single ? CloudEvent.SINGLE : CloudEvent.BATCH, body);
                })
                .onComplete(response -> answered(response, outcome), outcome::tryFail);
        return outcome.future()
                .onComplete(done -> vertx.cancelTimer(deadline))
                .recover(failure -> Future.failedFuture(told(failure)));
    }

    /** At an address: a client that is given names has its event loop wait for the resolver. */
    private RequestOptions request(InetAddress address) {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                // The name stays that of the host, for the header, and for the certificate, which is checked against
                // it.
                .setAbsoluteURI(options.url().toString());
        return request.setServer(SocketAddress.inetSocketAddress(request.getPort(), address.getHostAddress()))
                .setFollowRedirects(false)
                .setConnectTimeout(Math.max(1, options.timeout().toMillis()));
    }

    private Future<HttpClientResponse> send(HttpClientRequest request, String contentType, byte[] body) {
        request.putHeader("User-Agent", agent);
        options.headers().forEach(request::putHeader);
        request.putHeader("Content-Type", contentType + "; charset=utf-8");
        byte[] key = secret;
        if (key != null) {
            request.putHeader(Signature.HEADER, Signature.of(key, Instant.now().getEpochSecond(), body));
        }
        return request.send(Buffer.buffer(body));
    }

    private void answered(HttpClientResponse response, Promise<Void> outcome) {
        int status = response.statusCode();
        if (status / 100 == 2) {
            drain(response);
            outcome.tryComplete();
            return;
        }
        String told = "POST " + options.target() + ": answered " + status + " " + response.statusMessage();
        Optional<Duration> wait = status == TOO_MANY_REQUESTS || status == UNAVAILABLE
                ? RetryAfter.parse(response.getHeader("Retry-After"), Instant.now())
                : Optional.empty();
        if (REFUSALS.contains(status)) {
            response.exceptionHandler(broken -> {});
            outcome.tryFail(new Refused(told));
            return;
        }
        // Told already; the reset would be told once more.
        response.exceptionHandler(broken -> {});
        // Takes the connection along, and whatever body comes after this head.
        outcome.tryFail(wait.<Throwable>map(asked -> new NotNow(told, asked)).orElseGet(() -> new IOException(told)));
    }

    /** The connection can be used again once the body has been read; one that does not end is given up. */
    private void drain(HttpClientResponse response) {
        int[] read = {0};
        long timer = vertx.setTimer(
                Math.max(1, options.timeout().toMillis()),
                due -> response.request().reset());
        response.handler(bytes -> {
            read[0] += bytes.length();
            if (read[0] > LONGEST_ANSWER) {
                response.request().reset();
            }
        });
        response.exceptionHandler(broken -> vertx.cancelTimer(timer));
        response.endHandler(ended -> vertx.cancelTimer(timer));
    }

    private Throwable told(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof NotNow || failure instanceof Refused || message.startsWith("POST ")
                ? failure
                : new IOException("POST " + options.target() + ": " + message, failure);
    }
}
