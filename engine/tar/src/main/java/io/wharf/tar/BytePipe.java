package io.wharf.tar;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Bytes from one thread to another through a few chunks that are used again and again. Either end may give up. */
public final class BytePipe {
    private static final int CHUNK = 64 << 10;
    private static final int CHUNKS = 8;

    private final ArrayDeque<byte[]> free = new ArrayDeque<>();
    private final ArrayDeque<Piece> full = new ArrayDeque<>();
    private int made;
    private boolean ended;
    private boolean readerGone;
    private @Nullable Throwable failure;

    // Only moved between the two ends, never compared.
    @SuppressWarnings("ArrayRecordComponent")
    private record Piece(byte[] bytes, int length) {}

    public final Source source = new Source();
    public final Sink sink = new Sink();

    /** Lets the reader see this failure after what was written. */
    public synchronized void fail(Throwable why) {
        if (!ended) {
            failure = why;
            ended = true;
            notifyAll();
        }
    }

    private synchronized byte[] takeFree() throws IOException {
        while (free.isEmpty() && made == CHUNKS && !readerGone) {
            await();
        }
        if (readerGone) {
            throw new IOException("the reader has gone");
        }
        byte[] chunk = free.poll();
        if (chunk == null) {
            made++;
            chunk = new byte[CHUNK];
        }
        return chunk;
    }

    private synchronized void give(byte[] chunk, int length) {
        full.add(new Piece(chunk, length));
        notifyAll();
    }

    private synchronized @Nullable Piece takeFull() throws IOException {
        while (full.isEmpty() && !ended) {
            await();
        }
        Piece piece = full.poll();
        if (piece == null && failure != null) {
            throw failure instanceof IOException io ? io : new IOException(failure.getMessage(), failure);
        }
        return piece;
    }

    private synchronized void recycle(byte[] chunk) {
        free.add(chunk);
        notifyAll();
    }

    // Every caller loops around it.
    @SuppressWarnings("WaitNotInLoop")
    private void await() throws IOException {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The reading end. */
    public final class Source extends InputStream {
        private @Nullable Piece piece;
        private int at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            while (piece == null || at == piece.length()) {
                if (piece != null) {
                    recycle(piece.bytes());
                }
                at = 0;
                piece = takeFull();
                if (piece == null) {
                    return -1;
                }
            }
            int count = Math.min(length, piece.length() - at);
            System.arraycopy(piece.bytes(), at, into, offset, count);
            at += count;
            return count;
        }

        @Override
        public void close() {
            synchronized (BytePipe.this) {
                readerGone = true;
                BytePipe.this.notifyAll();
            }
        }
    }

    /** The writing end; closing it is the end of the bytes. */
    public final class Sink extends OutputStream {
        private byte @Nullable [] chunk;
        private int used;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            int done = 0;
            while (done < length) {
                byte[] into = chunk;
                if (into == null) {
                    into = takeFree();
                    chunk = into;
                    used = 0;
                }
                int count = Math.min(length - done, CHUNK - used);
                System.arraycopy(from, offset + done, into, used, count);
                used += count;
                done += count;
                if (used == CHUNK) {
                    flush();
                }
            }
        }

        @Override
        public void flush() {
            if (chunk != null) {
                give(chunk, used);
                chunk = null;
            }
        }

        @Override
        public void close() {
            flush();
            synchronized (BytePipe.this) {
                ended = true;
                BytePipe.this.notifyAll();
            }
        }
    }
}
