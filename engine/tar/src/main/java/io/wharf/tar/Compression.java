package io.wharf.tar;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** How a tar is packed, told by its first bytes. Libraries are loaded only when a tar needs them. */
public enum Compression {
    NONE,
    GZIP,
    ZSTD,
    BZIP2,
    XZ;

    private static final int HEAD = 6;
    private static final int BUFFER = 32 << 10;

    /** Looks at a stream that supports marks, and leaves it where it was. */
    public static Compression of(BufferedInputStream in) throws IOException {
        in.mark(HEAD);
        byte[] head = in.readNBytes(HEAD);
        in.reset();
        if (starts(head, 0x1f, 0x8b)) {
            return GZIP;
        }
        if (starts(head, 0x28, 0xb5, 0x2f, 0xfd)
                || (head.length >= 4 && (head[0] & 0xf0) == 0x50 && starts(tail(head), 0x2a, 0x4d, 0x18))) {
            return ZSTD;
        }
        if (starts(head, 'B', 'Z', 'h')) {
            return BZIP2;
        }
        return starts(head, 0xfd, '7', 'z', 'X', 'Z', 0) ? XZ : NONE;
    }

    /** What comes out of it; blocks, with xz also for others who unpack. Who takes it closes it. */
    public InputStream open(InputStream in) throws IOException {
        return switch (this) {
            case NONE -> in;
            case GZIP -> new GZIPInputStream(in, BUFFER);
            case ZSTD -> Zstd.open(in);
            case BZIP2 -> Bzip2.open(in);
            case XZ -> XzInput.open(in);
        };
    }

    private static byte[] tail(byte[] head) {
        return java.util.Arrays.copyOfRange(head, 1, head.length);
    }

    private static boolean starts(byte[] head, int... magic) {
        if (head.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((head[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    private static final class Zstd {
        static InputStream open(InputStream in) throws IOException {
            return new ZstdInputStream(in).setContinuous(false);
        }
    }

    private static final class Bzip2 {
        static InputStream open(InputStream in) throws IOException {
            return new org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream(in, true);
        }
    }
}
