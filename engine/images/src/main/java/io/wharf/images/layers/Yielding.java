package io.wharf.images.layers;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.function.BooleanSupplier;

/** Lets work in the background wait while there is other work, and end with the engine. Asked at each piece of bytes. */
public final class Yielding {
    private static final long NAP_MILLIS = 200;

    private final BooleanSupplier busy;
    private final BooleanSupplier stopped;

    public Yielding(BooleanSupplier busy, BooleanSupplier stopped) {
        this.busy = busy;
        this.stopped = stopped;
    }

    void await() throws IOException {
        do {
            if (stopped.getAsBoolean()) {
                throw new InterruptedIOException("the engine is stopping");
            }
            if (!busy.getAsBoolean()) {
                return;
            }
            try {
                Thread.sleep(NAP_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        } while (true);
    }

    InputStream reading(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                await();
                return super.read(into, offset, length);
            }
        };
    }

    public OutputStream writing(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                Yielding.this.await();
                out.write(from, offset, length);
            }
        };
    }
}
