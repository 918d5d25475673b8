package io.wharf.events.sinks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The end of a file of lines: what a crash left of a line is cut off, and the last number is read. */
final class LineTail {
    private static final byte[] BEGINNING = "{\"seq\":".getBytes(StandardCharsets.US_ASCII);
    private static final int FIRST_LOOK = 64 * 1024;
    /** An event's line is far shorter; what has none within this is no file of ours. */
    private static final int LAST_LOOK = 16 * 1024 * 1024;

    private LineTail() {}

    /**
     * Cuts off half a line of ours, or ends one of somebody else's.
     *
     * @return the number in the last line, or 0 where it has none
     */
    static long mend(FileChannel appending, Path path) throws IOException {
        byte[] tail = tail(path);
        int end = lastLineEnd(tail, tail.length);
        if (end < tail.length) {
            if (ours(tail, end)) {
                appending.truncate(appending.size() - (tail.length - end));
            } else {
                appending.write(ByteBuffer.wrap(new byte[] {'\n'}));
                return 0;
            }
        }
        return end == 0 ? 0 : number(tail, lastLineEnd(tail, end - 1), end);
    }

    /** As much of the end as holds the last whole line and what follows it. */
    private static byte[] tail(Path path) throws IOException {
        try (FileChannel reading = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = reading.size();
            int look = FIRST_LOOK;
            while (true) {
                byte[] tail = new byte[(int) Math.min(size, look)];
                ByteBuffer into = ByteBuffer.wrap(tail);
                while (into.hasRemaining() && reading.read(into, size - tail.length + into.position()) >= 0) {
                    // Until it is full.
                }
                int end = lastLineEnd(tail, tail.length);
                if (tail.length == size || look >= LAST_LOOK || (end > 0 && lastLineEnd(tail, end - 1) > 0)) {
                    return tail;
                }
                look *= 8;
            }
        }
    }

    /** The place after the last line's end before a place, or 0. */
    private static int lastLineEnd(byte[] bytes, int before) {
        for (int i = before - 1; i >= 0; i--) {
            if (bytes[i] == '\n') {
                return i + 1;
            }
        }
        return 0;
    }

    /** Begins as our lines do, as far as it goes; a power cut leaves zeros in the place of what was not yet written. */
    private static boolean ours(byte[] tail, int from) {
        if (tail[from] == 0) {
            return true;
        }
        for (int i = 0; i < BEGINNING.length && from + i < tail.length; i++) {
            if (tail[from + i] != BEGINNING[i]) {
                return false;
            }
        }
        return true;
    }

    private static long number(byte[] tail, int from, int to) {
        try {
            @Nullable
            JsonNode seq = Json.MAPPER
                    .readTree(new String(tail, from, to - from, StandardCharsets.UTF_8))
                    .get("seq");
            return seq != null && seq.isIntegralNumber() && seq.canConvertToLong() ? Math.max(0, seq.asLong()) : 0;
        } catch (JsonProcessingException e) {
            return 0;
        }
    }
}
