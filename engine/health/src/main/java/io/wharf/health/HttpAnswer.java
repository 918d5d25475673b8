package io.wharf.health;

import io.wharf.contracts.ProbeResult;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
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

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);

    void add(byte[] more, int count) {
        bytes.write(more, 0, Math.max(0, Math.min(count, LIMIT - bytes.size())));
    }

    /** The status of the answer, 0 while it is not known, -1 where what came is no HTTP. */
    int status() {
        String text = all();
        int end = text.indexOf('\n');
        if (end < 0) {
            return bytes.size() >= LIMIT ? -1 : 0;
        }
        Matcher line = STATUS_LINE.matcher(text.substring(0, end).strip());
        return line.matches() ? Integer.parseInt(line.group(1)) : -1;
    }

    /** Whether nothing more is of interest; what has no length lasts until the connection ends. */
    boolean isComplete() {
        if (bytes.size() >= LIMIT || status() < 0) {
            return true;
        }
        String text = all();
        int head = headBytes(text);
        if (head < 0) {
            return false;
        }
        String fields = text.substring(0, head).toLowerCase(Locale.ROOT);
        Matcher length = LENGTH.matcher(fields);
        if (length.find()) {
            return bytes.size() - head >= Integer.parseInt(length.group(1));
        }
        return CHUNKED.matcher(fields).find() && text.endsWith("\r\n0\r\n\r\n");
    }

    /** Status and reason, and the body below them. */
    String text() {
        String text = all();
        if (status() <= 0) {
            return text.isEmpty() ? "the connection ended without an answer" : "no HTTP answer: " + cut(text);
        }
        Matcher line = STATUS_LINE.matcher(text.substring(0, text.indexOf('\n')).strip());
        String reason = line.matches() && line.group(2) != null ? " " + line.group(2) : "";
        int head = headBytes(text);
        String body = head < 0 ? "" : text.substring(head).strip();
        return status()
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

    private static int headBytes(String text) {
        int end = text.indexOf("\r\n\r\n");
        return end < 0 ? -1 : end + 4;
    }

    /** One character a byte, so that places in the text are places in the bytes. */
    private String all() {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
