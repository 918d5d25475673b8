package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.wharf.linux.Fd;
import io.wharf.linux.UnixDatagrams;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifyTest {
    private static final int LIMIT = 4096;

    @TempDir
    private Path folder = Path.of("/");

    @Test
    void manager_hearsOfEachState() {
        assertStates(folder.resolve("notify").toString());
    }

    @Test
    void manager_mayListenInTheAbstract() {
        assertStates("@wharf-test-" + ProcessHandle.current().pid());
    }

    private static void assertStates(String address) {
        try (Fd manager = UnixDatagrams.bind(address)) {
            Notify notify = Notify.of(Map.of("NOTIFY_SOCKET", address), 1);
            notify.ready("serves unix:///a");
            assertThat(heard(manager)).isEqualTo("READY=1\nSTATUS=serves unix:///a");
            long before = System.nanoTime() / 1000;
            notify.reloading();
            String reloading = heard(manager);
            assertThat(reloading).startsWith("RELOADING=1\nMONOTONIC_USEC=");
            assertThat(Long.parseLong(reloading.substring(reloading.lastIndexOf('=') + 1)))
                    .isBetween(before, System.nanoTime() / 1000);
            notify.reloaded();
            assertThat(heard(manager)).isEqualTo("READY=1");
            notify.stopping();
            assertThat(heard(manager)).startsWith("STOPPING=1\n");
        }
    }

    @Test
    void watchdog_isFedWhileEveryLoopAnswers() throws Exception {
        String address = folder.resolve("watchdog").toString();
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        CountDownLatch held = new CountDownLatch(1);
        try (Fd manager = UnixDatagrams.bind(address)) {
            Notify.of(Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "40000", "WATCHDOG_PID", "7"), 7)
                    .watch(vertx, Future::succeededFuture);
            assertThat(heard(manager)).isEqualTo("WATCHDOG=1");
            assertThat(heard(manager)).isEqualTo("WATCHDOG=1");

            CountDownLatch holding = new CountDownLatch(1);
            ((VertxInternal) vertx).createEventLoopContext().runOnContext(go -> {
                holding.countDown();
                try {
                    held.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(holding.await(10, TimeUnit.SECONDS)).isTrue();
            // What was asked before the loop stood still may have been told; then there is silence.
            Awaitility.await()
                    .during(Duration.ofMillis(200))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> UnixDatagrams.receive(manager, LIMIT).isEmpty());
            held.countDown();
            assertThat(heard(manager)).isEqualTo("WATCHDOG=1");
        } finally {
            held.countDown();
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void watchdog_isNotFedWhileTheStoreStandsStill() throws Exception {
        String address = folder.resolve("store").toString();
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        AtomicInteger questions = new AtomicInteger();
        Promise<Void> stuck = Promise.promise();
        try (Fd manager = UnixDatagrams.bind(address)) {
            Notify.of(Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "40000"), 7)
                    .watch(vertx, () -> questions.getAndIncrement() == 0 ? Future.succeededFuture() : stuck.future());
            assertThat(heard(manager)).isEqualTo("WATCHDOG=1");
            Awaitility.await().until(() -> questions.get() == 2);
            Awaitility.await()
                    .during(Duration.ofMillis(200))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> UnixDatagrams.receive(manager, LIMIT).isEmpty());
            assertThat(questions).hasValue(2);
            // Even an error is an answer.
            stuck.fail("no room on the disk");
            assertThat(heard(manager)).isEqualTo("WATCHDOG=1");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void watchdogOfAnotherProcess_andNoManager_areLeftAlone() throws Exception {
        String address = folder.resolve("other").toString();
        Vertx vertx = Vertx.vertx();
        try (Fd manager = UnixDatagrams.bind(address)) {
            Notify other = Notify.of(Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "2000", "WATCHDOG_PID", "8"), 7);
            other.watch(vertx, Future::succeededFuture);
            Notify.of(Map.of(), 7).ready("to nobody");
            Notify.of(Map.of("NOTIFY_SOCKET", folder.resolve("none").toString()), 7)
                    .ready("to nobody");
            other.stopping();
            assertThat(heard(manager)).startsWith("STOPPING=1");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private static String heard(Fd manager) {
        return Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .until(() -> UnixDatagrams.receive(manager, LIMIT), message -> message.isPresent())
                .map(message -> message.bytes().toString(StandardCharsets.UTF_8))
                .orElseThrow();
    }
}
