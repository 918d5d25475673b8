package io.wharf.health;

import io.wharf.contracts.ProbeResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The beginning of an HTTP answer, as far as a probe wants to know it. */
final class HttpAnswer {
    /** Head and body together; a server that says more is not listened to. */
    static final int LIMIT = 16 << 10;

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: ([^\r\n]*))?");
    private static final Pattern LENGTH = Pattern.compile("\ncontent-length: *([0-9]{1,9}) *\r?\n");
    private static final Pattern CHUNKED = Pattern.compile("\ntransfer-encoding:[^\n]*chunked");
    private static final byte[] BLANK_LINE = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST_CHUNK = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[512];
    private int size;
    /** What of it was looked through for the ends of the first line and of the head. */
    private int seen;

    /** The status as {@link #status} has it; decided by the first line. */
    private int status;

    private boolean lineEnded;
    /** Bytes of the head, -1 while it is not complete. */
    private int head = -1;

    /** What the head says of the body's length; -1 where it says none. */
    private int length = -1;

    private boolean chunked;

    /** Takes more; each byte is looked at once, in however small pieces it comes. */
    void add(byte[] more, int count) {
        int taken = Math.max(0, Math.min(count, LIMIT - size));
        if (size + taken > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(LIMIT, Math.max(size + taken, bytes.length * 2)));
        }
        System.arraycopy(more, 0, bytes, size, taken);
        size += taken;
        for (; head < 0 && seen < size; seen++) {
            if (bytes[seen] == '\n') {
                if (!lineEnded) {
                    lineEnded = true;
                    Matcher line = STATUS_LINE.matcher(text(0, seen).strip());
                    status = line.matches() ? Integer.parseInt(line.group(1)) : -1;
                }
                if (endsWith(BLANK_LINE, seen + 1)) {
                    readHead(seen + 1);
                }
            }
        }
        if (!lineEnded && size >= LIMIT) {
            status = -1;
        }
    }

    private void readHead(int end) {
        head = end;
        String fields = text(0, end).toLowerCase(Locale.ROOT);
        Matcher told = LENGTH.matcher(fields);
        length = told.find() ? Integer.parseInt(told.group(1)) : -1;
        chunked = CHUNKED.matcher(fields).find();
    }

    private boolean endsWith(byte[] end, int at) {
        return at >= end.length && Arrays.equals(bytes, at - end.length, at, end, 0, end.length);
    }

    /** The status of the answer, 0 while it is not known, -1 where what came is no HTTP. */
    int status() {
        return status;
    }

    /** Whether nothing more is of interest; what has no length lasts until the connection ends. */
    boolean isComplete() {
        if (size >= LIMIT || status < 0) {
            return true;
        }
        if (head < 0) {
            return false;
        }
        return length >= 0 ? size - head >= length : chunked && endsWith(LAST_CHUNK, size);
    }

    /** Status and reason, and the body below them. */
    String text() {
        String text = text(0, size);
        if (status <= 0) {
            return text.isEmpty() ? "the connection ended without an answer" : "no HTTP answer: " + cut(text);
        }
        Matcher line = STATUS_LINE.matcher(text.substring(0, text.indexOf('\n')).strip());
        String reason = line.matches() && line.group(2) != null ? " " + line.group(2) : "";
        String body = head < 0 ? "" : text.substring(head).strip();
        return status
                + reason
                + (body.isEmpty()
                        ? ""
                        : "\n" + cut(new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)));
    }

    private static String cut(String text) {
        // Room for the line above it.
        int most = ProbeResult.OUTPUT_LIMIT / 2;
        return text.length() <= most ? text : text.substring(0, most) + "...";
    }

    /** One character a byte, so that places in the text are places in the bytes. */
    private String text(int from, int end) {
        return new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    }
}
