package io.wharf.images.layers;

import io.wharf.base.Digest;
import io.wharf.linux.GzipMember;
import io.wharf.linux.Pools;
import io.wharf.linux.Sha256;
import io.wharf.tar.BlobRecipe;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * Packs a layer's tar into a file, in blocks that several threads pack at a time. The same tar gives the same bytes.
 *
 * <p>A file and not a stream: its length and digest are known before anything is sent, so that what the registry has is not
 * sent again, and what breaks goes on where it broke.
 */
public final class PackLayer extends OutputStream {
    private static final int BLOCK = BlobRecipe.MEMBER;
    /** Blocks on their way, at most; each with its packed form is about a megabyte. */
    private static final int AHEAD = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8);

    /**
     * What came of it.
     *
     * @param helped how many blocks other threads packed
     */
    public record Packed(Path file, Digest digest, long size, int helped) {}

    private final Pools pools;
    private final OutputStream out;
    private final LongConsumer progress;
    private final MessageDigest hash = Sha256.create();
    private final ArrayDeque<Block> coming = new ArrayDeque<>();
    private final ArrayDeque<GzipMember> idle = new ArrayDeque<>();
    /** Blocks that the pool was asked to pack and has not come to. */
    private final AtomicInteger asked = new AtomicInteger();

    private final AtomicInteger helped = new AtomicInteger();
    private byte[] block = new byte[BLOCK];
    private int used;
    private long plain;
    private long size;

    private PackLayer(Pools pools, OutputStream out, LongConsumer progress) {
        this.pools = pools;
        this.out = out;
        this.progress = progress;
    }

    /** Blocks, for a pool. Tells of the plain bytes that were packed; after a failure there is no file. */
    public static Packed run(Pools pools, LayerTar tar, Path file, LongConsumer progress) throws IOException {
        boolean whole = false;
        try (OutputStream out = Files.newOutputStream(file);
                PackLayer pack = new PackLayer(pools, out, progress)) {
            tar.writeTo(pack);
            pack.finish();
            whole = true;
            return new Packed(file, Digest.finish(pack.hash), pack.size, pack.helped.get());
        } finally {
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** A block that whoever comes first packs: a thread of the pool, or the one that waits for it. */
    private final class Block {
        private final byte[] bytes;
        private final int length;
        private final AtomicBoolean taken = new AtomicBoolean();
        private final CompletableFuture<byte[]> packed = new CompletableFuture<>();

        Block(byte[] bytes, int length) {
            this.bytes = bytes;
            this.length = length;
        }

        /** Whether it was still to be packed. */
        boolean pack() {
            if (!taken.compareAndSet(false, true)) {
                return false;
            }
            try {
                // Whoever waits may free all members at once: this one is back by then.
                packed.complete(bytesOf());
            } catch (Throwable e) {
                packed.completeExceptionally(e);
            }
            return true;
        }

        private byte[] bytesOf() {
            GzipMember member = member();
            try {
                return member.pack(bytes, length);
            } finally {
                giveBack(member);
            }
        }
    }

    private GzipMember member() {
        synchronized (idle) {
            GzipMember known = idle.poll();
            return known == null ? new GzipMember(BLOCK) : known;
        }
    }

    private void giveBack(GzipMember member) {
        synchronized (idle) {
            idle.add(member);
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int count = Math.min(length - done, BLOCK - used);
            System.arraycopy(from, offset + done, block, used, count);
            used += count;
            done += count;
            if (used == BLOCK) {
                begin();
            }
        }
    }

    private void begin() throws IOException {
        Block next = new Block(block, used);
        coming.add(next);
        byte[] spare = null;
        // A pool that is busy with other work must not gather blocks that were packed here meanwhile.
        if (asked.get() < AHEAD) {
            asked.incrementAndGet();
            pools.run(() -> help(next));
        }
        while (coming.size() > AHEAD) {
            spare = take();
        }
        block = spare == null ? new byte[BLOCK] : spare;
        used = 0;
    }

    private void help(Block block) {
        asked.decrementAndGet();
        if (block.pack()) {
            helped.incrementAndGet();
        }
    }

    /** Writes the first of the blocks; its bytes may be used again. */
    private byte[] take() throws IOException {
        Block first = coming.element();
        first.pack();
        byte[] packed;
        try {
            packed = first.packed.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        coming.remove();
        hash.update(packed, 0, packed.length);
        out.write(packed);
        size += packed.length;
        plain += first.length;
        progress.accept(plain);
        return first.bytes;
    }

    private void finish() throws IOException {
        begin();
        while (!coming.isEmpty()) {
            take();
        }
    }

    /** Waits for blocks that are still being packed, since they use what is freed here. */
    @Override
    public void close() {
        for (Block left : coming) {
            if (!left.taken.compareAndSet(false, true)) {
                left.packed.handle((bytes, failure) -> 0).join();
            }
        }
        synchronized (idle) {
            idle.forEach(GzipMember::close);
            idle.clear();
        }
    }
}
