package io.wharf.events.sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostLookupTest {
    private static final URI URL = URI.create("https://hook.example/in");

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void lookupThatWaits_holdsUpNoEventLoopAndIsMadeOnce() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        HostLookup lookup = new HostLookup(vertx, URL, host -> {
            asked.incrementAndGet();
            try {
                answered.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return InetAddress.ofLiteral("192.0.2.7");
        });
        Promise<Future<SocketAddress>> first = Promise.promise();
        context.runOnContext(here -> first.complete(lookup.find()));
        Future<SocketAddress> waiting = await(first.future());
        assertThat(await(here(() -> Future.succeededFuture(waiting.isComplete()))))
                .isFalse();
        Future<SocketAddress> second = here(lookup::find);
        answered.countDown();
        assertThat(await(second)).isEqualTo(SocketAddress.inetSocketAddress(443, "192.0.2.7"));
        assertThat(await(here(lookup::find))).isEqualTo(await(waiting));
        assertThat(asked).hasValue(1);
        await(here(() -> {
            lookup.forget();
            return lookup.find();
        }));
        assertThat(asked).hasValue(2);
    }

    @Test
    void nameThatIsUnknown_isAskedForAgain() {
        AtomicInteger asked = new AtomicInteger();
        HostLookup lookup = new HostLookup(vertx, URI.create("http://[::1]:81/"), host -> {
            if (asked.incrementAndGet() == 1) {
                throw new UnknownHostException(host + ": not known");
            }
            return InetAddress.ofLiteral(host);
        });
        assertThatThrownBy(() -> await(here(lookup::find))).hasMessageContaining("::1: not known");
        assertThat(await(here(lookup::find)).port()).isEqualTo(81);
    }

    private <T> Future<T> here(Supplier<Future<T>> work) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(go -> work.get().onComplete(promise));
        return promise.future();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
