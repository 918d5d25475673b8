package io.wharf.images.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.wharf.linux.HostNames;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names of registries and proxies, as a resolver of the test's own answers them. */
class DialTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress NOBODY = InetAddress.ofLiteral("127.0.0.2");

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = vertx.createHttpClient();
    private final CountDownLatch silence = new CountDownLatch(1);
    private final HostNames names = new HostNames(this::resolve);
    private final HttpServer server = await(vertx.createHttpServer()
            .requestHandler(request -> request.response().end(request.getHeader("Host") + " " + request.uri()))
            .listen(0, "127.0.0.1"));
    private final int port = server.actualPort();

    @AfterEach
    void close() {
        silence.countDown();
        await(vertx.close());
    }

    @Test
    void host_isDialledAtItsAddressAndCalledByItsName() {
        assertThat(said(url("registry.example"))).isEqualTo("registry.example:" + port + " /v2/");
    }

    @Test
    void addressThatRefuses_isFollowedByTheNextOne() {
        assertThat(said(url("two.example"))).isEqualTo("two.example:" + port + " /v2/");
        assertThatThrownBy(() -> said(url("down.example"))).hasMessageContaining("127.0.0.2");
    }

    @Test
    void proxy_isLookedUpAndItsTargetIsNot() {
        RequestOptions options = url("unknown.example")
                .setProxyOptions(new ProxyOptions()
                        .setType(ProxyType.HTTP)
                        .setHost("proxy.example")
                        .setPort(port));
        assertThat(said(options)).isEqualTo("unknown.example:" + port + " http://unknown.example:" + port + "/v2/");
    }

    @Test
    void resolverThatIsSilent_holdsUpNoOtherRequest() {
        Future<HttpClientRequest> silent = open(url("silent.example"), new Cancellation());
        assertThat(said(url("registry.example"))).startsWith("registry.example");
        assertThat(silent.isComplete()).isFalse();
        assertThatThrownBy(() -> await(open(url("silent.example").setConnectTimeout(50), new Cancellation())))
                .hasCauseInstanceOf(SocketTimeoutException.class)
                .satisfies(failure -> assertThat(DialWords.of(failure.getCause()))
                        .isEqualTo("dial tcp: lookup silent.example: i/o timeout"));
        assertThatThrownBy(() -> await(open(url("unknown.example"), new Cancellation())))
                .satisfies(failure -> assertThat(DialWords.of(failure.getCause()))
                        .isEqualTo("dial tcp: lookup unknown.example: no such host"));
    }

    private InetAddress[] resolve(String host) throws UnknownHostException {
        return switch (host) {
            case "registry.example", "proxy.example" -> new InetAddress[] {HERE};
            case "two.example" -> new InetAddress[] {NOBODY, HERE};
            case "down.example" -> new InetAddress[] {NOBODY, InetAddress.ofLiteral("127.0.0.3")};
            case "silent.example" -> waited();
            default -> throw new UnknownHostException(host + ": Name or service not known");
        };
    }

    private InetAddress[] waited() {
        try {
            silence.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new InetAddress[] {HERE};
    }

    private RequestOptions url(String host) {
        return new RequestOptions()
                .setAbsoluteURI("http://" + host + ":" + port + "/v2/")
                .setConnectTimeout(10_000);
    }

    private Future<HttpClientRequest> open(RequestOptions options, Cancellation wish) {
        return new Dial(vertx, names).open(http, options, wish);
    }

    private String said(RequestOptions options) {
        return await(open(options, new Cancellation())
                .compose(HttpClientRequest::send)
                .compose(response -> response.body().map(Object::toString)));
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
