package io.wharf.logs;

import io.wharf.base.Times;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a container's messages to the systemd journal, one datagram each, or sealed memory for what is too long for one.
 *
 * @see <a href="https://systemd.io/JOURNAL_NATIVE_PROTOCOL/">the protocol</a>
 */
final class JournaldDriver implements LogDriver {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int ERROR = 3;
    private static final int INFORMATIONAL = 6;

    private final String socket;
    private final UnixDatagramSender sender = new UnixDatagramSender(LIMIT);
    private final Partials partials = new Partials();
    private final byte[] fixed;
    /** Counts messages within the epoch, so that readers can put those of one instant in order. */
    private long ordinal;

    JournaldDriver(LogSource source, String socket) {
        this.socket = socket;
        var tag = TagTemplate.of(source);
        var fields = new TreeMap<String, String>();
        fields.put("CONTAINER_ID", TagFunctions.shortId(source.id()));
        fields.put("CONTAINER_ID_FULL", source.id());
        fields.put("CONTAINER_NAME", source.name());
        fields.put("CONTAINER_TAG", tag);
        fields.put("IMAGE_NAME", source.imageName());
        fields.put("SYSLOG_IDENTIFIER", tag);
        fields.put("CONTAINER_LOG_EPOCH", Partials.randomId());
        fields.putAll(ExtraAttributes.of(source, JournaldDriver::fieldName));
        fixed = encoded(fields);
    }

    /** A name as the journal takes it: upper case, digits and underscores, none of them first. */
    static String fieldName(String name) {
        var out = new StringBuilder(name.length());
        for (var i = 0; i < name.length(); i++) {
            var c = name.charAt(i);
            var upper = c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
            var kept = (upper >= 'A' && upper <= 'Z') || (upper >= '0' && upper <= '9') ? upper : '_';
            if (kept != '_' || !out.isEmpty()) {
                out.append(kept);
            }
        }
        return out.toString();
    }

    private static byte[] encoded(Map<String, String> fields) {
        var out = new ByteArrayOutputStream(512);
        fields.forEach((name, value) -> {
            var bytes = value.getBytes(StandardCharsets.UTF_8);
            field(out, name, bytes, 0, bytes.length);
        });
        return out.toByteArray();
    }

    /** {@code NAME=value}, or the form with a length where the value has a newline in it. A nameless one is left out. */
    private static void field(ByteArrayOutputStream out, String name, byte[] bytes, int offset, int length) {
        if (name.isEmpty()) {
            return;
        }
        out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        var plain = true;
        for (var i = offset; i < offset + length && plain; i++) {
            plain = bytes[i] != '\n';
        }
        if (plain) {
            out.write('=');
        } else {
            out.write('\n');
            out.writeBytes(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .array());
        }
        out.write(bytes, offset, length);
        out.write('\n');
    }

    @Override
    public void write(LogMessage message) throws IOException {
        var own = new TreeMap<String, String>();
        own.put("PRIORITY", Integer.toString(message.stderr() ? ERROR : INFORMATIONAL));
        own.put("SYSLOG_TIMESTAMP", Times.rfc3339Nano(message.nanos()));
        own.put("CONTAINER_LOG_ORDINAL", Long.toString(ordinal + 1));
        partials.part(message).ifPresent(part -> {
            own.put("CONTAINER_PARTIAL_ID", part.id());
            own.put("CONTAINER_PARTIAL_ORDINAL", Integer.toString(part.ordinal()));
            own.put("CONTAINER_PARTIAL_LAST", Boolean.toString(part.last()));
            if (!part.last()) {
                own.put("CONTAINER_PARTIAL_MESSAGE", "true");
            }
        });
        var out = new ByteArrayOutputStream(fixed.length + message.length() + 256);
        out.writeBytes(fixed);
        out.writeBytes(encoded(own));
        field(out, "MESSAGE", message.bytes(), message.offset(), message.length());
        sender.sendOfAnyLength(socket, out.toByteArray(), out.size());
        ordinal++;
        partials.delivered(message);
    }

    /** The journal has what was sent, and keeps it by its own rules. */
    @Override
    public void flush() {}

    @Override
    public void close() {
        sender.close();
    }
}
