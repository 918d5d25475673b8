package io.wharf.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.streams.StdFrames;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a framed log with times a JSON object a line, as Docker has them from API 1.54 on.
 *
 * <p>A line longer than {@link #PART} comes in parts that say to which line they belong and which is the last, as Docker's
 * log drivers part it. The line feed stays in the text; where the log ends without one, the text does. A line that is
 * still being written waits for its end, as in Docker.
 */
final class LogLines {
    /** Bytes of text in one object. */
    static final int PART = 16 << 10;
    /** A time in UTC with nine digits. */
    private static final int TIME_BYTES = 30;
    /** What a log has where a record cannot be read. */
    private static final String NO_TIME = "0001-01-01T00:00:00Z";

    private final boolean details;
    private final boolean sequence;
    private final Line[] lines = {new Line("stdout"), new Line("stderr")};
    private final byte[] header = new byte[StdFrames.HEADER_BYTES];
    private int headerBytes;
    private int frameLeft;
    private ByteBuf out = Unpooled.EMPTY_BUFFER;

    /**
     * A translation.
     *
     * @param details whether attributes stand behind the time
     * @param sequence whether each object has a record separator before it (RFC 7464)
     */
    LogLines(boolean details, boolean sequence) {
        this.details = details;
        this.sequence = sequence;
    }

    /** One line of one stream, as far as it has come. */
    private static final class Line {
        final String source;
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        /** Null before the beginning of a line, and until all that stands before the text is there. */
        @Nullable
        String time;

        @Nullable
        List<Attribute> attributes;

        @Nullable
        String id;

        int part;

        Line(String source) {
            this.source = source;
        }
    }

    /** What the log driver keeps beside a line. */
    private record Attribute(
            @JsonProperty("Key") String key,
            @JsonProperty("Value") String value) {}

    /** Where a part of a line belongs. */
    private record Part(
            @JsonProperty("Last") boolean last,
            @JsonProperty("ID") @Nullable String id,
            @JsonProperty("Ordinal") int ordinal) {}

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private record Message(
            @JsonProperty("Line") String line,
            @JsonProperty("Source") String source,
            @JsonProperty("Timestamp") String time,
            @JsonProperty("Attrs") @Nullable List<Attribute> attributes,
            @JsonProperty("MetaData") @Nullable Part part,
            @JsonProperty("Error") String error) {}

    /** The objects that are complete with these bytes. */
    Buffer next(Buffer bytes) {
        out = Unpooled.buffer(bytes.length() + bytes.length() / 2);
        byte[] all = bytes.getBytes();
        for (int at = 0; at < all.length; ) {
            if (frameLeft == 0) {
                header[headerBytes++] = all[at++];
                if (headerBytes == header.length) {
                    headerBytes = 0;
                    frameLeft = (header[4] & 0xff) << 24
                            | (header[5] & 0xff) << 16
                            | (header[6] & 0xff) << 8
                            | (header[7] & 0xff);
                }
                continue;
            }
            int end = Math.min(all.length, at + frameLeft);
            Line line = lines[header[0] == StdFrames.STDERR ? 1 : 0];
            for (int i = at; i < end; ) {
                i = line.time == null ? begin(line, all, i) : take(line, all, i, end);
            }
            frameLeft -= end - at;
            at = end;
        }
        return written();
    }

    /** What is left of lines that have no end. */
    Buffer end() {
        out = Unpooled.buffer();
        for (Line line : lines) {
            if (line.time != null && line.text.size() > 0) {
                tell(line, line.text.size(), true);
            }
        }
        return written();
    }

    /** The last object where the log cannot be read further. */
    Buffer failure(String words) {
        out = Unpooled.buffer();
        write(new Message("", "", NO_TIME, null, null, words));
        return written();
    }

    private Buffer written() {
        ByteBuf all = out;
        out = Unpooled.EMPTY_BUFFER;
        return BufferInternal.buffer(all);
    }

    /** Takes text up to the end of its line, of a part or of what there is; where the next begins. */
    private int take(Line line, byte[] all, int from, int end) {
        // A part has one byte more, so that its last character can be told from half of one.
        int stop = Math.min(end, from + PART + 1 - line.text.size());
        int at = from;
        while (at < stop && all[at] != '\n') {
            at++;
        }
        boolean whole = at < stop;
        int next = whole ? at + 1 : stop;
        line.text.write(all, from, next - from);
        if (whole) {
            tell(line, line.text.size(), true);
            line.time = null;
            line.id = null;
            line.part = 0;
        } else if (line.text.size() > PART) {
            tell(line, partBytes(line.text.toByteArray()), false);
        }
        return next;
    }

    /** Reads what stands before the text, a byte at a time: time and a blank, and where wanted attributes and a blank. */
    private int begin(Line line, byte[] all, int at) {
        byte octet = all[at];
        line.text.write(octet);
        boolean complete = octet == ' ' && line.text.size() > TIME_BYTES + (details ? 1 : 0);
        if (complete) {
            String head = line.text.toString(StandardCharsets.US_ASCII);
            line.time = shortened(head.substring(0, TIME_BYTES));
            line.attributes = details ? attributes(head.substring(TIME_BYTES).strip()) : null;
            line.text.reset();
        }
        return at + 1;
    }

    /** No zeros at the end of a second's parts, as Go writes times. */
    private static String shortened(String time) {
        int end = time.length() - 1;
        while (time.charAt(end - 1) == '0') {
            end--;
        }
        return time.substring(0, time.charAt(end - 1) == '.' ? end - 1 : end) + 'Z';
    }

    private static List<Attribute> attributes(String text) {
        List<Attribute> all = new ArrayList<>();
        for (String one : text.isEmpty() ? new String[0] : text.split(",")) {
            int equals = one.indexOf('=');
            all.add(new Attribute(decoded(one.substring(0, equals)), decoded(one.substring(equals + 1))));
        }
        return all;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** As much as goes into a part without cutting a character in two. */
    private static int partBytes(byte[] text) {
        int end = PART;
        while (end > PART - 4 && (text[end] & 0xC0) == 0x80) {
            end--;
        }
        return end > PART - 4 ? end : PART;
    }

    private void tell(Line line, int bytes, boolean last) {
        Part part = null;
        if (!last || line.part > 0) {
            line.id = line.id == null ? Ids.random() : line.id;
            part = new Part(last, line.id, ++line.part);
        }
        byte[] all = line.text.toByteArray();
        write(new Message(
                new String(all, 0, bytes, StandardCharsets.UTF_8),
                line.source,
                String.valueOf(line.time),
                line.attributes,
                part,
                ""));
        line.text.reset();
        line.text.write(all, bytes, all.length - bytes);
    }

    private void write(Message message) {
        if (sequence) {
            out.writeByte(JsonStreams.SEPARATOR);
        }
        Json.write(message, new ByteBufOutputStream(out));
        out.writeByte('\n');
    }
}
