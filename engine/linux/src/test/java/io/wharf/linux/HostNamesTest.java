package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostNamesTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final InetAddress FOUND = InetAddress.ofLiteral("192.0.2.7");

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final CountDownLatch answers = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    /** A name server that does not answer before {@link #answers}, but for one name. */
    private final HostNames names = new HostNames(host -> {
        asked.incrementAndGet();
        if (!host.equals("quick")) {
            waitFor(answers);
        }
        return new InetAddress[] {FOUND};
    });

    @AfterEach
    void close() {
        answers.countDown();
        done(vertx.close());
    }

    @Test
    void serverThatIsSilent_holdsUpNoEventLoopAndIsAskedOnce() {
        List<Future<?>> waiting = new ArrayList<>();
        done(here(() -> {
            waiting.add(names.find(vertx, "slow", LONG));
            waiting.add(names.find(vertx, "slow", LONG));
            return Future.succeededFuture();
        }));
        assertThat(done(here(() -> names.find(vertx, "quick", LONG)))).containsExactly(FOUND);
        assertThat(waiting).noneMatch(Future::isComplete);
        answers.countDown();
        waiting.forEach(HostNamesTest::done);
        assertThat(asked).hasValue(2);
    }

    @Test
    void answerArrives_onTheContextOfTheCaller() {
        answers.countDown();
        Context heard = done(here(() -> names.find(vertx, "x", LONG).map(found -> Vertx.currentContext())));
        assertThat((Object) heard).isSameAs(context);
    }

    @Test
    void limit_endsTheWait() {
        assertThatThrownBy(() -> done(here(() -> names.find(vertx, "slow", Duration.ofMillis(20)))))
                .hasCauseInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("lookup slow: i/o timeout");
        assertThatThrownBy(() -> names.await("slow", Duration.ofMillis(20))).hasMessage("lookup slow: i/o timeout");
    }

    @Test
    void namesThatNobodyWaitsForAnyMore_areNotAsked() throws Exception {
        for (int i = 0; i < 200; i++) {
            String name = "slow" + i;
            assertThatThrownBy(() -> names.await(name, Duration.ofNanos(1))).isInstanceOf(SocketTimeoutException.class);
        }
        assertThat(asked.get()).isLessThan(50);
        answers.countDown();
        assertThat(names.await("quick", LONG)).containsExactly(FOUND);
        assertThat(asked.get()).isLessThan(50);
    }

    @Test
    void addresses_areNeverAskedFor() throws Exception {
        assertThat(names.await("[::1]", LONG)).containsExactly(InetAddress.ofLiteral("::1"));
        assertThat(done(names.find(vertx, "192.0.2.7", LONG))).containsExactly(FOUND);
        assertThatThrownBy(() -> names.await("fe80::1%nosuchlink", LONG)).isInstanceOf(UnknownHostException.class);
        assertThat(asked).hasValue(0);
    }

    @Test
    void nameThatIsUnknown_isAskedForAgain() throws Exception {
        HostNames late = new HostNames(host -> {
            if (asked.incrementAndGet() == 1) {
                throw new UnknownHostException(host);
            }
            return new InetAddress[] {FOUND};
        });
        assertThatThrownBy(() -> late.await("new", LONG)).isInstanceOf(UnknownHostException.class);
        assertThat(late.await("new", LONG)).containsExactly(FOUND);
    }

    private <T> Future<T> here(Supplier<Future<T>> work) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(go -> work.get().onComplete(promise));
        return promise.future();
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
