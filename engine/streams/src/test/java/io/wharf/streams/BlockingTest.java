package io.wharf.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class BlockingTest {
    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Bytes as they are at a place of the stream, so that a lost or doubled one shows. */
    private static byte[] block(long from, int length) {
        byte[] block = new byte[length];
        for (int i = 0; i < length; i++) {
            block[i] = (byte) ((from + i) * 31 >> 3);
        }
        return block;
    }

    @Test
    void outputToInput_manyBytes_arriveWholeAndInBounds() throws Exception {
        BlockingOutput output = new BlockingOutput();
        CompletableFuture<BlockingInput> made = new CompletableFuture<>();
        VERTX.getOrCreateContext().runOnContext(run -> made.complete(BlockingInput.of(output.bytes())));
        BlockingInput input = made.get(10, TimeUnit.SECONDS);
        int total = 20 << 20;
        Thread writer = Thread.ofPlatform().start(() -> {
            try (output) {
                for (int done = 0; done < total; ) {
                    int part = Math.min(total - done, 1 + done % 100_000);
                    output.write(block(done, part));
                    done += part;
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        long read = 0;
        byte[] buffer = new byte[70_000];
        for (int count = input.read(buffer, 0, buffer.length); count >= 0; ) {
            assertThat(java.util.Arrays.copyOf(buffer, count)).isEqualTo(block(read, count));
            read += count;
            count = input.read(buffer, 0, 1 + (int) (read % buffer.length));
        }
        writer.join();
        assertThat(read).isEqualTo(total);
        input.close();
    }

    @Test
    void write_readerTakesNothing_failsWhenPatienceEnds() {
        BlockingOutput output = new BlockingOutput(java.time.Duration.ofMillis(50));
        output.bytes().pause().handler(chunk -> {});
        assertThatThrownBy(() -> {
                    while (true) {
                        output.write(new byte[1000]);
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has taken nothing");
        output.bytes().close();
    }

    @Test
    void write_readerStandsStill_waitsAndFailsWhenItCloses() {
        BlockingOutput output = new BlockingOutput();
        output.bytes().pause().handler(chunk -> {});
        AtomicLong written = new AtomicLong();
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                while (true) {
                    output.write(new byte[1000]);
                    written.addAndGet(1000);
                }
            } catch (IOException e) {
                failure.complete(e);
            }
        });
        Awaitility.await().until(() -> ((ByteQueue) output.bytes()).isFull());
        assertThat(written.get()).isLessThan(1 << 20);
        output.bytes().close();
        assertThat(failure)
                .succeedsWithin(10, TimeUnit.SECONDS)
                .hasToString("java.io.IOException: the reader has gone");
    }

    @Test
    void input_failureOfTheStream_comesAfterTheBytes() throws Exception {
        ByteQueue queue = new ByteQueue(100);
        BlockingInput input = BlockingInput.of(queue);
        queue.offer(Unpooled.wrappedBuffer(new byte[] {1, 2}));
        queue.fail(new IOException("cut"));
        assertThat(input.read()).isEqualTo(1);
        assertThat(input.available()).isEqualTo(1);
        assertThat(input.read()).isEqualTo(2);
        assertThatThrownBy(input::read).isInstanceOf(IOException.class).hasMessage("cut");
        input.close();
    }

    @Test
    void input_thatFallsSilent_fails() throws Exception {
        ByteQueue queue = new ByteQueue(100);
        try (BlockingInput input = BlockingInput.of(queue, Duration.ofMillis(30))) {
            queue.offer(Unpooled.wrappedBuffer(new byte[] {1}));
            assertThat(input.read()).isEqualTo(1);
            assertThatThrownBy(input::read).isInstanceOf(IOException.class).hasMessageContaining("nothing has come");
        }
        assertThat(queue.isClosed()).isTrue();
    }

    @Test
    void input_close_closesTheStreamBehind() {
        AtomicInteger closed = new AtomicInteger();
        ByteQueue queue = new ByteQueue(100).onClose(closed::incrementAndGet);
        BlockingInput.of(queue).close();
        queue.close();
        assertThat(closed).hasValue(1);
        assertThat(queue.isClosed()).isTrue();
    }

    @Test
    void queue_pausedThenFetched_handsOverOneByOneAndEndsLast() {
        ByteQueue queue = new ByteQueue(4);
        StringBuilder seen = new StringBuilder();
        AtomicInteger room = new AtomicInteger();
        queue.onRoom(room::incrementAndGet);
        queue.pause().handler(seen::append);
        queue.endHandler(end -> seen.append('$'));
        for (String part : new String[] {"ab", "cd", "ef"}) {
            queue.offer(Unpooled.wrappedBuffer(part.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        }
        queue.end();
        assertThat(queue.isFull()).isTrue();
        queue.fetch(1);
        assertThat(seen).hasToString("ab");
        assertThat(room).hasValue(0);
        queue.fetch(1);
        assertThat(room).hasValue(1);
        queue.resume();
        assertThat(seen).hasToString("abcdef$");
    }

    @Test
    void queue_pooledChunks_areReleasedInEveryCase() {
        var read = PooledByteBufAllocator.DEFAULT.directBuffer().writeLong(7);
        var dropped = PooledByteBufAllocator.DEFAULT.directBuffer().writeLong(8);
        var late = PooledByteBufAllocator.DEFAULT.directBuffer().writeLong(9);
        ByteQueue queue = new ByteQueue(100);
        Buffer all = Buffer.buffer();
        queue.handler(all::appendBuffer);
        queue.offer(read);
        queue.pause();
        queue.offer(dropped);
        queue.close();
        queue.offer(late);
        assertThat(all.getLong(0)).isEqualTo(7);
        assertThat(read.refCnt() + dropped.refCnt() + late.refCnt()).isZero();
    }

    @Test
    void frame_smallAndLarge_haveDockersHeader() {
        for (int length : new int[] {3, 5000}) {
            var frame = StdFrames.frame(
                    PooledByteBufAllocator.DEFAULT, StdFrames.STDERR, Unpooled.wrappedBuffer(new byte[length]));
            assertThat(frame.readInt()).isEqualTo(2 << 24);
            assertThat(frame.readInt()).isEqualTo(length);
            assertThat(frame.readableBytes()).isEqualTo(length);
            frame.release();
        }
    }
}
