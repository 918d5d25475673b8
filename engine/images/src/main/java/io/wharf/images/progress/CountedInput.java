package io.wharf.images.progress;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Tells how much was read, now and then and at the end. */
public final class CountedInput extends FilterInputStream {
    /** At most this often: a terminal shows no more. */
    private static final long INTERVAL_NANOS = 100_000_000;

    private final Listener listener;
    private final long size;
    private long count;
    private long told = System.nanoTime();

    /** Hears of bytes read, out of how many. */
    public interface Listener {
        void read(long bytes, long size);
    }

    public CountedInput(InputStream in, Listener listener, long size) {
        super(in);
        this.listener = listener;
        this.size = size;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int got = super.read(into, offset, length);
        count += Math.max(0, got);
        long now = System.nanoTime();
        if (got < 0 ? told != Long.MAX_VALUE : now - told >= INTERVAL_NANOS) {
            listener.read(count, size);
            told = got < 0 ? Long.MAX_VALUE : now;
        }
        return got;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
