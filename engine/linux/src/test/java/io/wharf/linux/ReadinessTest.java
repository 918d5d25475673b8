package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.IoEventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OpenDescriptors.class)
class ReadinessTest {
    private static final Vertx VERTX =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
    private static final IoEventLoop LOOP = EventLoops.of(VERTX.getOrCreateContext());
    private static final Processes PROCESSES = Processes.real();

    @BeforeAll
    static void warmLoop() throws Exception {
        LOOP.submit(() -> {}).get();
    }

    @AfterAll
    static void close() throws Exception {
        VERTX.close().await(10, TimeUnit.SECONDS);
    }

    /** Descriptors are closed on the loop: let it finish what stands in its queue. */
    private static void settle() throws Exception {
        for (var i = 0; i < 3; i++) {
            LOOP.submit(() -> {}).get();
        }
    }

    @Test
    void processExit_ofChild_comesOnLoopWithStatus() throws Exception {
        var child = PROCESSES.spawn(Spawn.of("/bin/sh", "-c", "read x; exit 5").build());
        var ended = new CompletableFuture<Optional<ExitStatus>>();
        ProcessExit.watch(LOOP, PROCESSES, child.pidfd(), status -> {
            assertThat(LOOP.inEventLoop()).isTrue();
            child.pidfd().close();
            ended.complete(status);
        });
        assertThat(ended.get(5, TimeUnit.SECONDS)).contains(ExitStatus.exited(5));
        assertThat(PROCESSES.children()).doesNotContain(child.pid());
    }

    @Test
    void processExit_ofManyChildren_eachOnce() {
        var ended = new CopyOnWriteArrayList<Integer>();
        for (var i = 0; i < 50; i++) {
            var code = i;
            var child = PROCESSES.spawn(Spawn.of("/bin/sh", "-c", "exit " + i).build());
            ProcessExit.watch(LOOP, PROCESSES, child.pidfd(), status -> {
                child.pidfd().close();
                ended.add(status.orElseThrow().code() - code);
            });
        }
        await().until(() -> ended.size() == 50);
        assertThat(ended).containsOnly(0);
    }

    @Test
    void processExit_ofAnothersChild_isGoneWithoutStatus() throws Exception {
        try (var pipe = Descriptors.pipe()) {
            // The shell's child is an orphan when the shell has ended: init's, not ours.
            var shell = PROCESSES.spawn(Spawn.of("/bin/sh", "-c", "sleep 100 >/dev/null & echo $!")
                    .descriptor(pipe.write(), 1)
                    .build());
            pipe.write().close();
            PROCESSES.await(shell.pidfd());
            shell.pidfd().close();
            var pid = Integer.parseInt(SmallFiles.readAll(pipe.read()).strip());
            var identity = ProcessIdentity.of(pid).orElseThrow();
            var pidfd = PROCESSES.openPidfd(identity).orElseThrow();
            var ended = new CompletableFuture<Optional<ExitStatus>>();
            ProcessExit.watch(LOOP, PROCESSES, pidfd, ended::complete);
            assertThat(ended).isNotDone();
            PROCESSES.signal(pidfd, Signals.SIGKILL);
            assertThat(ended.get(5, TimeUnit.SECONDS)).isEmpty();
            pidfd.close();
            assertThat(identity.isAlive()).isFalse();
        }
    }

    @Test
    void watch_ofRegularFile_saysThatItCannot() throws Exception {
        try (var file = Entries.open("/etc/passwd", 0, 0)) {
            var watch = Readiness.watch(LOOP, file, () -> {});
            await().until(() -> watch.registered().failed());
            watch.cancel();
            settle();
        }
    }

    @Test
    void inotify_tellsNamesInOrder(@TempDir Path folder) throws Exception {
        var events = new CopyOnWriteArrayList<String>();
        var inotify = Inotify.open(LOOP, event -> {
            if (event.has(Inotify.IN_MOVED_TO | Inotify.IN_CLOSE_WRITE)) {
                events.add(event.name());
            }
        });
        var watch = inotify.add(folder.toString(), Inotify.IN_MOVED_TO | Inotify.IN_CLOSE_WRITE);
        assertThat(watch).isPositive();
        Files.writeString(folder.resolve("abc.tmp"), "x");
        Files.move(folder.resolve("abc.tmp"), folder.resolve("ein sehr langer Näme"));
        await().untilAsserted(() -> assertThat(events).containsExactly("abc.tmp", "ein sehr langer Näme"));
        inotify.remove(watch);
        inotify.close();
        settle();
    }

    /** Collects what a reader gives. */
    private static final class Collected implements FdReader.Listener {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> all = new CompletableFuture<>();

        @Override
        public void data(ByteBuf chunk) {
            var copy = new byte[chunk.readableBytes()];
            chunk.readBytes(copy);
            chunk.release();
            bytes.writeBytes(copy);
        }

        @Override
        public void end() {
            all.complete(bytes.toByteArray());
        }
    }

    @Test
    void readerAndWriter_through_cat_keepBytesAndEnd() throws Exception {
        var in = Descriptors.pipe();
        var out = Descriptors.pipe();
        var child = PROCESSES.spawn(Spawn.of("/bin/cat")
                .descriptor(in.read(), 0)
                .descriptor(out.write(), 1)
                .build());
        in.read().close();
        out.write().close();
        var writer = FdWriter.of(LOOP, in.write());
        var collected = new Collected();
        var reader = FdReader.of(LOOP, out.read(), collected);
        var drained = new CompletableFuture<Void>();
        writer.drainHandler(() -> drained.complete(null));
        var block = new byte[1 << 20];
        for (var i = 0; i < block.length; i++) {
            block[i] = (byte) (i * 31);
        }
        for (var i = 0; i < 4; i++) {
            writer.write(Unpooled.wrappedBuffer(block));
        }
        settle();
        // Nobody reads: pipes and cat are full, the rest waits here.
        assertThat(writer.isFull()).isTrue();
        reader.resume();
        drained.get(5, TimeUnit.SECONDS);
        writer.end();
        var all = collected.all.get(10, TimeUnit.SECONDS);
        assertThat(all).hasSize(4 << 20);
        assertThat(Arrays.copyOf(all, 1 << 20)).isEqualTo(block);
        assertThat(writer.closed().succeeded()).isTrue();
        assertThat(PROCESSES.await(child.pidfd()).success()).isTrue();
        child.pidfd().close();
        settle();
    }

    @Test
    void reader_pausedByItsListener_givesNoMore() throws Exception {
        var pipe = Descriptors.pipe();
        Descriptors.pipeCapacity(pipe.write(), 1 << 20);
        pipe.write().writeAll(new byte[1 << 19]);
        pipe.write().close();
        var chunks = new AtomicInteger();
        var ended = new CompletableFuture<Void>();
        var reader = new FdReader[1];
        reader[0] = FdReader.of(LOOP, pipe.read(), new FdReader.Listener() {
            @Override
            public void data(ByteBuf bytes) {
                bytes.release();
                chunks.incrementAndGet();
                reader[0].pause();
            }

            @Override
            public void end() {
                ended.complete(null);
            }
        });
        settle();
        assertThat(chunks).hasValue(0);
        for (var i = 1; i <= 8; i++) {
            reader[0].resume();
            settle();
            assertThat(chunks).hasValue(i);
        }
        assertThat(ended).isNotDone();
        reader[0].resume();
        ended.get(5, TimeUnit.SECONDS);
    }

    @Test
    void writer_withoutReader_fails() throws Exception {
        var pipe = Descriptors.pipe();
        pipe.read().close();
        var writer = FdWriter.of(LOOP, pipe.write());
        writer.write(Unpooled.copiedBuffer("x", StandardCharsets.UTF_8));
        await().until(() -> writer.closed().failed());
        assertThat(writer.closed().cause()).hasMessageContaining("EPIPE");
        settle();
    }

    @Test
    void pty_passedThroughSocket_isReadWrittenAndResized(@TempDir Path folder) throws Exception {
        var deep = Files.createDirectories(folder.resolve("d".repeat(120)));
        var path = deep.resolve("console").toString();
        var listener = UnixSockets.listen(UnixSockets.Type.STREAM, path, 1);
        assertThat(UnixSockets.accept(listener)).isEmpty();
        var sender = UnixSockets.connect(UnixSockets.Type.STREAM, path);
        var connection = UnixSockets.accept(listener).orElseThrow();
        try (var made = Pty.open()) {
            UnixSockets.send(sender, "terminal".getBytes(StandardCharsets.US_ASCII), made);
        }
        var message = UnixSockets.receive(connection, 4096).orElseThrow();
        assertThat(message.bytes().toString()).isEqualTo("terminal");
        var master = message.descriptor().orElseThrow();
        assertThat(UnixSockets.receive(connection, 10)).isEmpty();
        List.of(listener, sender, connection).forEach(Fd::close);

        Pty.resize(master, new Pty.Size(33, 101));
        assertThat(Pty.size(master)).isEqualTo(new Pty.Size(33, 101));
        Child child;
        try (var slave = Entries.open(Pty.slavePath(master), OpenFlags.O_RDWR | OpenFlags.O_NOCTTY, 0)) {
            child = PROCESSES.spawn(Spawn.of("/bin/sh", "-c", "stty size; read line; echo got $line")
                    .descriptor(slave, 0)
                    .descriptor(slave, 1)
                    .newSession()
                    .build());
        }
        var collected = new Collected();
        var writer = FdWriter.of(LOOP, master.duplicate());
        FdReader.of(LOOP, master, collected).resume();
        writer.write(Unpooled.copiedBuffer("hello\n", StandardCharsets.UTF_8));
        var text = new String(collected.all.get(5, TimeUnit.SECONDS), StandardCharsets.UTF_8);
        assertThat(text).contains("33 101", "got hello");
        writer.close();
        PROCESSES.await(child.pidfd());
        child.pidfd().close();
        settle();
    }

    @Test
    void seqpacketSocket_asChannel_keepsPackets(@TempDir Path folder) throws Exception {
        var path = folder.resolve("attach").toString();
        var listener = UnixSockets.listen(UnixSockets.Type.SEQPACKET, path, 1);
        var socket = UnixSockets.connect(UnixSockets.Type.SEQPACKET, path);
        var peer = UnixSockets.accept(listener).orElseThrow();
        var sizes = new CopyOnWriteArrayList<Integer>();
        var channel = AdoptedChannels.unixSocket(LOOP, socket, UnixSockets.Type.SEQPACKET, new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new SimpleChannelInboundHandler<ByteBuf>() {
                            @Override
                            protected void channelRead0(ChannelHandlerContext ctx, ByteBuf packet) {
                                sizes.add(packet.readableBytes());
                            }
                        });
                    }
                })
                .await(5, TimeUnit.SECONDS);
        peer.write(new byte[8193], 0, 8193);
        peer.write(new byte[10], 0, 10);
        await().untilAsserted(() -> assertThat(sizes).containsExactly(8193, 10));
        channel.writeAndFlush(Unpooled.copiedBuffer("abc", StandardCharsets.UTF_8))
                .sync();
        assertThat(UnixSockets.receive(peer, 100).orElseThrow().bytes().length())
                .isEqualTo(3);
        // The peer's end of output leaves ours open.
        UnixSockets.shutdown(peer, 1);
        channel.writeAndFlush(Unpooled.copiedBuffer("abcd", StandardCharsets.UTF_8))
                .sync();
        assertThat(UnixSockets.receive(peer, 100).orElseThrow().bytes().length())
                .isEqualTo(4);
        channel.close().sync();
        listener.close();
        peer.close();
    }

    @Test
    void pools_answerOnTheContext() throws Exception {
        try (var pools = new Pools(2, 1)) {
            var answered = new CompletableFuture<Boolean>();
            var context = VERTX.getOrCreateContext();
            context.runOnContext(nothing -> pools.call(
                            () -> Thread.currentThread().getName())
                    .onSuccess(name ->
                            answered.complete(name.startsWith("wharf-native") && Vertx.currentContext() == context)));
            assertThat(answered.get(5, TimeUnit.SECONDS)).isTrue();
            var failed = pools.run(() -> {
                throw new LinuxException("x", 1);
            });
            await().until(failed::failed);
            var blocked = new CompletableFuture<Void>();
            for (var i = 0; i < 4; i++) {
                var _ = pools.run(blocked::join);
            }
            assertThat(pools.callUrgently(() -> 1).await(5, TimeUnit.SECONDS)).isEqualTo(1);
            blocked.complete(null);
        }
    }
}
