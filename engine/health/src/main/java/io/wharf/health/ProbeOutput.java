package io.wharf.health;

import io.vertx.core.buffer.Buffer;
import io.wharf.contracts.ProbeResult;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The first bytes of what a command says on both its outputs, taken out of Docker's frames. */
final class ProbeOutput {
    private static final int HEADER = 8;
    private static final int LENGTH_AT = 4;

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(128);
    private final byte[] header = new byte[HEADER];
    private int headerBytes;
    private long frameLeft;
    private boolean truncated;

    void add(Buffer bytes) {
        int at = 0;
        while (at < bytes.length()) {
            if (frameLeft == 0) {
                header[headerBytes++] = bytes.getByte(at++);
                if (headerBytes == HEADER) {
                    headerBytes = 0;
                    frameLeft = Buffer.buffer(header).getUnsignedInt(LENGTH_AT);
                }
                continue;
            }
            int here = (int) Math.min(frameLeft, bytes.length() - at);
            keep(bytes, at, here);
            at += here;
            frameLeft -= here;
        }
    }

    private void keep(Buffer bytes, int at, int count) {
        int room = Math.min(count, ProbeResult.OUTPUT_LIMIT - kept.size());
        if (room > 0) {
            kept.writeBytes(bytes.getBytes(at, at + room));
        }
        truncated |= room < count;
    }

    /** Bytes that are no UTF-8 are replaced; three dots stand for what was left out. */
    String text() {
        return kept.toString(StandardCharsets.UTF_8) + (truncated ? "..." : "");
    }
}
