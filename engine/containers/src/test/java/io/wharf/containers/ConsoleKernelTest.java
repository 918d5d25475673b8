package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.wharf.containers.ConsoleHarness.Client;
import io.wharf.contracts.ContainerService.AttachOptions;
import io.wharf.contracts.ContainerService.LogOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Attach and logs with a real monitor. */
class ConsoleKernelTest {
    private static final String TTY = ",'Tty':true,'OpenStdin':true,'StdinOnce':true";
    private static ConsoleHarness engine;

    @BeforeAll
    static void open() throws Exception {
        assumeThat(Files.exists(Path.of("/bin/busybox"))).isTrue();
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        engine = new ConsoleHarness();
    }

    @AfterAll
    static void close() throws Exception {
        if (engine != null) {
            engine.close();
        }
    }

    private static LogOptions logs(boolean follow, long tail) {
        return new LogOptions(follow, true, true, false, false, 0, 0, tail);
    }

    private static int code(Future<Integer> over) throws Exception {
        return over.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void attach_beforeTheStart_missesNothingAndEndsWithTheRun() throws Exception {
        Container container = engine.create("", "echo out; echo err >&2; printf part; exit 3");
        Client client = engine.attached(container, ConsoleHarness.attach(false, false));
        Future<Integer> over = engine.start(container);
        client.end();
        assertThat(client.heard(1)).isEqualTo("out\npart");
        assertThat(client.heard(2)).isEqualTo("err\n");
        assertThat(code(over)).isEqualTo(3);
        assertThat(engine.actions()).contains("attach");
    }

    @Test
    void attach_secondRun_doesNotRepeatTheFirst() throws Exception {
        Container container = engine.create("", "echo again");
        code(engine.start(container));
        engine.close(container);
        Client client = engine.attached(container, ConsoleHarness.attach(false, false));
        Client all = engine.attached(container, ConsoleHarness.attach(true, false));
        code(engine.start(container));
        client.end();
        all.end();
        assertThat(client.heard(1)).isEqualTo("again\n");
        assertThat(all.heard(1)).isEqualTo("again\nagain\n");
    }

    @Test
    void attach_muchInput_goesThroughAndEndsTheProcess() throws Exception {
        Container container = engine.create(",'OpenStdin':true,'StdinOnce':true", "cat");
        Client client = engine.attached(container, ConsoleHarness.attach(false, true));
        Buffer block = Buffer.buffer("0123456789abcde\n".repeat(8192));
        // Said before there is a process to hear it.
        client.streams.input().write(block);
        assertThat(client.streams.input().writeQueueFull()).isTrue();
        Future<Integer> over = engine.start(container);
        Semaphore room = new Semaphore(0);
        client.streams.input().drainHandler(drained -> room.release());
        for (int i = 1; i < 60; i++) {
            // Whoever found it full is told when it is not: nobody looks again by himself.
            if (client.streams.input().writeQueueFull()) {
                room.drainPermits();
                if (client.streams.input().writeQueueFull()) {
                    assertThat(room.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
                }
            }
            client.streams.input().write(block);
        }
        client.streams.input().end();
        client.end();
        assertThat(client.heard(1)).isEqualTo(block.toString().repeat(60));
        assertThat(code(over)).isZero();
    }

    @Test
    void attach_endOfInputBeforeTheStart_isKept() throws Exception {
        Container container = engine.create(",'OpenStdin':true,'StdinOnce':true", "cat");
        Client left = engine.attached(container, ConsoleHarness.attach(false, true));
        left.says("of one who left\n");
        left.streams.close();
        Client client = engine.attached(container, ConsoleHarness.attach(false, true));
        client.says("early\n");
        client.streams.input().end();
        Future<Integer> over = engine.start(container);
        client.end();
        assertThat(client.heard(1)).isEqualTo("early\n");
        assertThat(code(over)).isZero();
    }

    @Test
    void attach_inputKeptOpen_outlivesItsClients() throws Exception {
        Container container = engine.create(",'OpenStdin':true", "read a; echo $a; read b; echo $b");
        Future<Integer> over = engine.start(container);
        Client first = engine.attached(container, ConsoleHarness.attach(false, true));
        first.says("a\n");
        first.streams.input().end();
        Awaitility.await().untilAsserted(() -> assertThat(first.heard(1)).isEqualTo("a\n"));
        first.streams.close();
        Client second = engine.attached(container, ConsoleHarness.attach(true, true));
        Awaitility.await().untilAsserted(() -> assertThat(second.heard(1)).isEqualTo("a\n"));
        second.says("b\n");
        second.end();
        assertThat(second.heard(1)).isEqualTo("a\nb\n");
        assertThat(code(over)).isZero();
    }

    @Test
    void attach_terminal_isRawResizedDetachedAndFoundAgain() throws Exception {
        Container container = engine.create(TTY, "exec sh -i");
        Client client = engine.attached(container, ConsoleHarness.attach(false, true));
        Future<Integer> over = engine.start(container);
        client.says("echo $((6*7))\n");
        Awaitility.await().untilAsserted(() -> assertThat(client.heard()).contains("\r\n42\r\n"));
        engine.on(() -> new ConsoleResize(engine.room).run(container.id(), 33, 111));
        client.says("stty size\n");
        Awaitility.await().untilAsserted(() -> assertThat(client.heard()).contains("33 111"));
        client.says("x\u0010\u0011ignored");
        assertThat(client.end()).doesNotContain("ignored");
        Awaitility.await().untilAsserted(() -> assertThat(engine.actions()).contains("resize", "detach"));
        assertThat(over.isComplete()).isFalse();
        Client again = engine.attached(container, ConsoleHarness.attach(false, true));
        again.says("\nexit 7\n");
        again.end();
        assertThat(code(over)).isEqualTo(7);
    }

    @Test
    void attach_clientStandsStill_neitherFreezesNorLosesAnything() throws Exception {
        Container container = engine.create("", "yes 0123456789 | head -n 1000000");
        Client slow = engine.attached(container, ConsoleHarness.attach(false, false));
        slow.streams.output().pause();
        AtomicLong bytes = new AtomicLong();
        var quick = engine.on(() ->
                new AttachContainer(engine.room, engine.hub).run(container.id(), ConsoleHarness.attach(false, false)));
        var output = engine.room.handles().take(quick.streams()).output();
        output.handler(chunk -> bytes.addAndGet(chunk.length()));
        assertThat(code(engine.start(container))).isZero();
        Awaitility.await().until(() -> bytes.get() > 11_000_000);
        long before = slow.heard().length();
        assertThat(before).isLessThan(1_000_000);
        slow.streams.output().resume();
        slow.end();
        assertThat(slow.heard(1)).isEqualTo("0123456789\n".repeat(1_000_000));
    }

    @Test
    void logs_afterAndDuringTheRun_areFromTheSpool() throws Exception {
        Container container = engine.create(",'OpenStdin':true", "echo one; echo two; read x; echo three");
        assertThat(engine.logs(container, logs(true, -1)).end()).isEmpty();
        Future<Integer> over = engine.start(container);
        Client follower = engine.logs(container, logs(true, 1));
        Awaitility.await().untilAsserted(() -> assertThat(follower.heard(1)).contains("two\n"));
        Client client = engine.attached(container, ConsoleHarness.attach(false, true));
        client.says("go\n");
        follower.end();
        code(over);
        assertThat(follower.heard(1)).endsWith("two\nthree\n");
        Client tail = engine.logs(container, logs(true, 2));
        tail.end();
        assertThat(tail.heard(1)).isEqualTo("two\nthree\n");
    }

    @Test
    void attach_wrongKeysOrState_isRefused() throws Exception {
        Container container = engine.create("", "true");
        assertThatThrownBy(() -> engine.attached(container, new AttachOptions(false, true, true, true, true, "ctrl-1")))
                .hasMessageContaining("Invalid detach keys (ctrl-1) provided");
        assertThatThrownBy(() -> engine.on(() -> new ConsoleResize(engine.room).run(container.id(), 1, 1)))
                .hasMessageContaining("is not running");
        assertThatThrownBy(() -> engine.logs(container, new LogOptions(false, false, false, false, false, 0, 0, -1)))
                .hasMessageContaining("You must choose at least one stream");
    }
}
