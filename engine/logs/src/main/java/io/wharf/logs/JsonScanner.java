package io.wharf.logs;

import io.wharf.streams.StdFrames;
import java.nio.charset.StandardCharsets;

/**
 * Turns blocks of a {@code json-file} log into what clients read, without a JSON parser: the records are our own.
 *
 * <p>A record is {@code {"log":"TEXT\n","stream":"stdout","attrs":{…},"time":"…"}} and a line feed; without attributes
 * their member is absent, and a text without line feed is a part of a line. What looks otherwise is passed over.
 */
final class JsonScanner implements Scanner {
    private static final byte[] HEAD = ascii("{\"log\":\"");
    private static final byte[] STREAM = ascii("\",\"stream\":\"std");
    private static final byte[] ATTRIBUTES = ascii(",\"attrs\":");
    private static final byte[] TIME = ascii(",\"time\":\"");
    private static final int STREAM_BYTES = STREAM.length + "out\"".length();
    /** {@code 2016-10-06T00:17:09Z"}} and the line feed. */
    private static final int SHORTEST_TIME = 23;

    private static final int INCOMPLETE = -1;
    private static final int GARBAGE = -2;

    private final LogOutput output;
    private boolean skipping;
    private byte[] details = {};
    private int detailsLength;

    // Of the record at hand.
    private int textEnd;
    private boolean escaped;
    private boolean feed;
    private int stream;
    private int timeAt;
    private int attributesAt;
    private int attributesEnd;

    JsonScanner(LogOutput output) {
        this.output = output;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void skipRest() {
        skipping = true;
    }

    @Override
    public int scan(byte[] block, int count, long offset, boolean last) {
        int at = 0;
        while (at < count && !output.isOver()) {
            int end = skipping ? GARBAGE : parse(block, at, count);
            if (end == GARBAGE) {
                int feedAt = LogScanner.indexOfLineFeed(block, at, count);
                skipping = feedAt == count;
                at = Math.min(count, feedAt + 1);
                continue;
            }
            if (end == INCOMPLETE) {
                if (at > 0 || count < Blocks.BYTES) {
                    break;
                }
                skipping = true;
                continue;
            }
            show(block, at);
            at = end;
        }
        return output.isOver() ? count : at;
    }

    /** Reads a record; where the next one begins. */
    private int parse(byte[] block, int at, int count) {
        if (count - at < HEAD.length) {
            return INCOMPLETE;
        }
        if (block[at] != '{' || block[at + 6] != ':' || block[at + 7] != '"') {
            return GARBAGE;
        }
        int i = at + HEAD.length;
        escaped = false;
        feed = false;
        while (true) {
            while (i < count && block[i] != '"' && block[i] != '\\') {
                i++;
            }
            if (i + 2 >= count) {
                return INCOMPLETE;
            }
            if (block[i] == '"') {
                break;
            }
            if (block[i + 1] == 'n' && block[i + 2] == '"') {
                feed = true;
                textEnd = i;
                i += 2;
                break;
            }
            escaped = true;
            i += 2;
        }
        if (!feed) {
            textEnd = i;
        }
        return tail(block, i, count);
    }

    private int tail(byte[] block, int quote, int count) {
        // The shortest tail that there can be.
        if (quote + STREAM_BYTES + TIME.length + SHORTEST_TIME > count) {
            return tailInPart(block, quote, count);
        }
        if (block[quote + 1] != ',' || block[quote + 3] != 's' || block[quote + STREAM.length - 1] != 'd') {
            return GARBAGE;
        }
        stream = block[quote + STREAM.length] == 'o' ? StdFrames.STDOUT : StdFrames.STDERR;
        int at = quote + STREAM_BYTES;
        attributesAt = 0;
        attributesEnd = 0;
        if (block[at + 2] == 'a') {
            attributesAt = at + ATTRIBUTES.length;
            int end = endOfObject(block, attributesAt, count);
            if (end < 0) {
                return INCOMPLETE;
            }
            attributesEnd = end;
            at = end;
        }
        if (at + TIME.length > count) {
            return INCOMPLETE;
        }
        if (block[at] != ',' || block[at + 2] != 't' || block[at + TIME.length - 1] != '"') {
            return GARBAGE;
        }
        timeAt = at + TIME.length;
        int i = timeAt;
        while (i < count && block[i] != '\n') {
            i++;
        }
        return i == count ? INCOMPLETE : i + 1;
    }

    /** Near the end of a block a record is whole only if its line feed is there. */
    private static int tailInPart(byte[] block, int quote, int count) {
        return LogScanner.indexOfLineFeed(block, quote, count) == count ? INCOMPLETE : GARBAGE;
    }

    /** Behind the brace that closes an object of strings; -1 where it is not there. */
    private static int endOfObject(byte[] block, int from, int count) {
        boolean quoted = false;
        for (int i = from; i < count; i++) {
            byte octet = block[i];
            if (octet == '\\') {
                i++;
            } else if (octet == '"') {
                quoted = !quoted;
            } else if (octet == '}' && !quoted) {
                return i + 1;
            }
        }
        return -1;
    }

    private void show(byte[] block, int at) {
        if (!output.isContinued(stream)) {
            long nanos = output.isTimed() ? output.time().nanos(block, timeAt) : 0;
            if (output.begin(stream, true, nanos)) {
                output.openFrame(stream);
                if (output.query().details()) {
                    readDetails(block);
                }
                output.prefix(block, timeAt, details, detailsLength);
            }
        }
        if (output.isShown(stream)) {
            output.openFrame(stream);
            int from = at + HEAD.length;
            if (escaped) {
                JsonText.unescape(block, from, textEnd, output);
            } else {
                output.text(block, from, textEnd);
            }
            if (feed) {
                output.endLine(true);
            }
        }
        if (!output.isOver()) {
            output.end(stream, feed);
        }
    }

    private void readDetails(byte[] block) {
        details = attributesAt == 0
                ? new byte[0]
                : LogAttributes.ofJson(
                        new String(block, attributesAt, attributesEnd - attributesAt, StandardCharsets.UTF_8));
        detailsLength = details.length;
    }
}
