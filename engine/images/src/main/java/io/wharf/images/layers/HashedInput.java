package io.wharf.images.layers;

import io.wharf.base.Digest;
import io.wharf.linux.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Counts and hashes what is read, and copies it to a second place if there is one. */
public final class HashedInput extends FilterInputStream {
    private final MessageDigest hash = Sha256.create();
    private final @Nullable OutputStream copy;
    private long count;
    private boolean ended;

    public HashedInput(InputStream in, @Nullable OutputStream copy) {
        super(in);
        this.copy = copy;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int got = super.read(into, offset, length);
        if (got < 0) {
            ended = true;
        } else {
            count += got;
            hash.update(into, offset, got);
            if (copy != null) {
                copy.write(into, offset, got);
            }
        }
        return got;
    }

    /** Never 0 before the end: GZIPInputStream takes 0 for "no further member". */
    @Override
    public int available() {
        return ended ? 0 : 1;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /** Reads to the end, so that the digest is of the whole. */
    void drain() throws IOException {
        byte[] rest = new byte[8192];
        int got = 0;
        while (got >= 0) {
            got = read(rest, 0, rest.length);
        }
    }

    public long count() {
        return count;
    }

    public Digest digest() {
        return Digest.finish(hash);
    }
}
