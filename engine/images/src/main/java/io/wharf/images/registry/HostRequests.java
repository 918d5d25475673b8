package io.wharf.images.registry;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.wharf.linux.HostNames;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Single requests as one host of a registry wants them; a failure is an {@link Unanswered} that says what was asked for. */
final class HostRequests {
    static final String AGENT = "wharf";

    /** Times the patience of a download is that with what takes in an upload. */
    private static final int UPLOADED = 10;

    private final Vertx vertx;
    private final HttpClient http;
    private final RegistryHost host;
    private final ProxyChoice proxies;
    private final Patience patience;
    private final Consumer<RegistryHost> spoke;
    private final Dial dial;

    HostRequests(
            Vertx vertx,
            HttpClient http,
            RegistryHost host,
            ProxyChoice proxies,
            Patience patience,
            Consumer<RegistryHost> spoke) {
        this.vertx = vertx;
        this.http = http;
        this.host = host;
        this.proxies = proxies;
        this.patience = patience;
        this.spoke = spoke;
        this.dial = new Dial(vertx, HostNames.SYSTEM);
    }

    RegistryHost host() {
        return host;
    }

    Patience patience() {
        return patience;
    }

    /** The answer's head; its body is paused until somebody has set its handlers, for what comes before is lost. */
    Future<HttpClientResponse> send(
            HttpMethod method,
            String url,
            Map<String, List<String>> headers,
            Cancellation wish,
            Function<HttpClientRequest, Future<HttpClientResponse>> body) {
        if (wish.isCancelled()) {
            return Future.failedFuture(Cancellation.withdrawn());
        }
        RequestOptions options;
        try {
            options = options(method, url, headers);
        } catch (RuntimeException e) {
            return Future.failedFuture(unanswered(method, url, e));
        }
        return wish.orCancelled(dial.open(http, options, wish), HttpClientRequest::reset)
                .compose(request -> {
                    Runnable reset = request::reset;
                    wish.onCancel(reset);
                    return body.apply(request)
                            .map(HttpClientResponse::pause)
                            .onSuccess(response -> {
                                response.end().onComplete(done -> wish.forget(reset));
                                spoke.accept(host);
                            })
                            .onFailure(failure -> wish.forget(reset));
                })
                .recover(failure -> Future.failedFuture(
                        wish.isCancelled() ? Cancellation.withdrawn() : unanswered(method, url, failure)));
    }

    private RequestOptions options(HttpMethod method, String url, Map<String, List<String>> headers) {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(url)
                .setConnectTimeout(host.dialMillis())
                .putHeader("User-Agent", AGENT);
        // Sent bytes count too; but a registry may be busy for a while with what it has received.
        boolean reading = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        options.setIdleTimeout(reading ? patience.idleMillis() : UPLOADED * (long) patience.idleMillis());
        if (isOwn(url)) {
            host.headers().forEach((name, values) -> options.putHeader(name, List.<CharSequence>copyOf(values)));
        }
        headers.forEach((name, values) -> options.putHeader(name, List.<CharSequence>copyOf(values)));
        ProxyOptions proxy = proxies.of(URI.create(url));
        return proxy == null ? options : options.setProxyOptions(proxy);
    }

    /** Whether a URL belongs to this host, which alone may see credentials and configured headers. */
    boolean isOwn(String url) {
        try {
            URI there = URI.create(url);
            URI here = URI.create(host.base());
            return here.getScheme().equals(there.getScheme())
                    && here.getRawAuthority().equals(there.getRawAuthority());
        } catch (IllegalArgumentException notAUrl) {
            return false;
        }
    }

    private static Unanswered unanswered(HttpMethod method, String url, Throwable failure) {
        return failure instanceof Unanswered already
                ? already
                : new Unanswered(asked(method, url) + ": " + DialWords.of(failure), failure);
    }

    /** {@code Get "https://…"}: how Go's programs name a request in their errors. */
    static String asked(HttpMethod method, String url) {
        String name = method.name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT) + " \"" + url + "\"";
    }

    /** A pause that ends early, with the refusal, where the wish is withdrawn. */
    Future<Void> pause(long millis, Cancellation wish) {
        Promise<Void> promise = Promise.promise();
        long timer = vertx.setTimer(Math.max(1, millis), fired -> promise.tryComplete());
        return wish.orCancelled(promise.future(), late -> {}).onComplete(done -> vertx.cancelTimer(timer));
    }

    /** Milliseconds that the registry asks to wait, or null where it asks for nothing that can be read. */
    static @Nullable Long retryAfter(HttpClientResponse response) {
        String given = response.getHeader("Retry-After");
        if (given == null) {
            return null;
        }
        try {
            return Math.max(0, Math.multiplyExact(Long.parseLong(given.strip()), 1000L));
        } catch (ArithmeticException tooLong) {
            return Long.MAX_VALUE;
        } catch (NumberFormatException notSeconds) {
            try {
                long until = java.time.ZonedDateTime.parse(
                                given.strip(), java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant()
                        .toEpochMilli();
                return Math.max(0, until - System.currentTimeMillis());
            } catch (java.time.DateTimeException notADate) {
                return null;
            }
        }
    }
}
