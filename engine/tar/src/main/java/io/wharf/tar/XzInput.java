package io.wharf.tar;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/**
 * Unpacks xz, one stream at a time: its dictionary lies in the heap, and a second one of the size of the highest preset's
 * would not fit. Whoever comes later waits, on its thread that may block. Nothing of it is kept between two streams.
 */
final class XzInput extends FilterInputStream {
    /** What {@code xz -9} needs: a dictionary of 64 MiB and some. */
    private static final int MOST_KIB = 72 << 10;

    /** Left to everybody else while it is at work. */
    private static final long OTHERS_BYTES = 24L << 20;

    private static final int WAIT_MINUTES = 10;
    private static final Semaphore ONE = new Semaphore(1, true);

    private final AtomicBoolean closed = new AtomicBoolean();

    private XzInput(InputStream in) throws IOException {
        super(new XZInputStream(in, roomKib()));
    }

    static InputStream open(InputStream in) throws IOException {
        try {
            if (!ONE.tryAcquire(WAIT_MINUTES, TimeUnit.MINUTES)) {
                throw new WharfException(
                        ErrorKind.UNAVAILABLE,
                        "archives packed with xz are unpacked one after another, and others have taken too long: try again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for another archive");
        }
        try {
            return new XzInput(in);
        } catch (IOException | RuntimeException e) {
            ONE.release();
            throw e;
        }
    }

    /** As much as there is room for: what does not fit must be refused, for a full heap ends the engine. */
    private static int roomKib() {
        long free = free();
        if (free >> 10 < MOST_KIB) {
            // Mostly what nobody needs any more, and nothing else makes room in time.
            System.gc();
            free = free();
        }
        return Math.clamp(free >> 10, 1, MOST_KIB);
    }

    private static long free() {
        Runtime machine = Runtime.getRuntime();
        return machine.maxMemory() - (machine.totalMemory() - machine.freeMemory()) - OTHERS_BYTES;
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (MemoryLimitException e) {
            throw tooLarge(e);
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        try {
            return super.read(into, offset, length);
        } catch (MemoryLimitException e) {
            throw tooLarge(e);
        }
    }

    private static WharfException tooLarge(MemoryLimitException e) {
        return WharfException.invalid("the archive is packed with xz and needs "
                + ((e.getMemoryNeeded() + 1023) >> 10) + " MiB of memory to be unpacked, " + (e.getMemoryLimit() >> 10)
                + " MiB are there for it: pack it with a smaller dictionary (xz -6)");
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            try {
                super.close();
            } finally {
                // So that the next one's dictionary need not wait for this object to be forgotten.
                in = InputStream.nullInputStream();
                ONE.release();
            }
        }
    }
}
