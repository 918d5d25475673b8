package io.wharf.logs;

import io.wharf.base.Json;
import io.wharf.streams.StdFrames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes {@code json-file}, as log shippers know it: {@code {"log":"…\n","stream":"stdout","attrs":{…},"time":"…Z"}}.
 */
final class JsonFeed extends FileFeed implements LineJoiner.Lines {
    private static final byte[] HEAD = ascii("{\"log\":\"");
    private static final byte[] FEED = ascii("\\n");
    private static final byte[] OUT = ascii("\",\"stream\":\"stdout\"");
    private static final byte[] ERR = ascii("\",\"stream\":\"stderr\"");
    private static final byte[] TIME = ascii(",\"time\":\"");
    private static final byte[] END = ascii("\"}\n");
    /** All of a record but its text and its attributes. */
    private static final int FRAME_BYTES = 96;

    private LineJoiner joiner = new LineJoiner(this);
    private final LogTime time = new LogTime();
    /** {@code ,"attrs":{…}} or nothing. */
    private final byte[] attributes;

    private byte[] out = {};
    private int length;

    JsonFeed(Path saved, Spool spool, FeedPosition position, LogFile file, Map<String, String> attributes) {
        super(saved, spool, position, file);
        this.attributes = attributes.isEmpty()
                ? new byte[0]
                : (",\"attrs\":" + Json.write(attributes)).getBytes(StandardCharsets.UTF_8);
        joiner = LineJoiner.at(position, this);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    void resume(FeedPosition position) {
        super.resume(position);
        joiner = LineJoiner.at(position, this);
        length = 0;
    }

    @Override
    boolean isJson() {
        return true;
    }

    @Override
    long at() {
        return joiner.position();
    }

    @Override
    int take(byte[] block, int count) throws IOException {
        // Borrowed for the length of this call.
        out = Blocks.own().out;
        int used = joiner.take(block, count);
        write();
        out = new byte[0];
        return used;
    }

    @Override
    void skipTo(long place) {
        joiner.skipTo(place);
    }

    @Override
    void finish() throws IOException {
        out = Blocks.own().out;
        joiner.flush();
        write();
        out = new byte[0];
    }

    @Override
    public void line(int stream, byte[] head, int timeAt, byte[] text, int from, int end, boolean whole)
            throws IOException {
        int room = (end - from) * JsonText.GROWTH + attributes.length + FRAME_BYTES;
        if (out.length - length < room) {
            write();
            if (out.length < room) {
                out = new byte[room];
            }
        }
        int begun = length;
        put(HEAD);
        length = JsonText.escape(text, from, end, out, length);
        if (whole) {
            put(FEED);
        }
        put(stream == StdFrames.STDOUT ? OUT : ERR);
        put(attributes);
        put(TIME);
        length += time.writeShort(head, timeAt, out, length);
        put(END);
        if (file().size() + length > file().maxBytes() && file().size() + begun > 0) {
            rotate(begun);
        }
    }

    /** Puts the file aside before the record that would make it too long. */
    private void rotate(int begun) throws IOException {
        int rest = length - begun;
        length = begun;
        write();
        turnOver();
        System.arraycopy(out, begun, out, 0, rest);
        length = rest;
    }

    private void put(byte[] bytes) {
        System.arraycopy(bytes, 0, out, length, bytes.length);
        length += bytes.length;
    }

    private void write() throws IOException {
        if (length > 0) {
            file().write(out, 0, length);
            length = 0;
        }
    }

    @Override
    FeedPosition flush(long base) {
        return new FeedPosition(
                base,
                joiner.consumed(StdFrames.STDOUT),
                joiner.consumed(StdFrames.STDERR),
                joiner.carry(StdFrames.STDOUT),
                joiner.carry(StdFrames.STDERR),
                file().inode(),
                file().size());
    }
}
