package io.wharf.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The log as systemd's journal wants it from a stream (sd-daemon(3)): each line begins with the priority of syslog(3), as
 * {@code <6>}, which the journal takes off. So {@code journalctl -p warning} finds what is to be found. The lines of a stack
 * trace are entries of their own to the journal and have the priority of what they belong to.
 */
final class JournalLines extends EncoderBase<ILoggingEvent> {
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
    private static final byte[] NOTHING = {};

    private final Encoder<ILoggingEvent> text;

    JournalLines(Encoder<ILoggingEvent> text) {
        this.text = text;
    }

    /** An encoder for standard error: with priorities where the journal reads there, else as it is. */
    static Encoder<ILoggingEvent> where(Encoder<ILoggingEvent> text) {
        if (!isJournal(System.getenv("JOURNAL_STREAM"), STANDARD_ERROR)) {
            return text;
        }
        JournalLines lines = new JournalLines(text);
        lines.setContext(text.getContext());
        lines.start();
        return lines;
    }

    /**
     * Whether a stream is the journal's. The variable alone does not say so: programs inherit it whose output goes
     * elsewhere.
     *
     * @param variable what systemd has set: device and inode of the stream that it made, as {@code 9:12345}, or null
     */
    static boolean isJournal(@Nullable String variable, Path stream) {
        if (variable == null) {
            return false;
        }
        try {
            return variable.equals(
                    Files.getAttribute(stream, "unix:dev") + ":" + Files.getAttribute(stream, "unix:ino"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        byte[] plain = text.encode(event);
        ByteArrayOutputStream lines = new ByteArrayOutputStream(plain.length + 16);
        boolean begins = true;
        for (byte each : plain) {
            if (begins) {
                lines.write('<');
                lines.write(priority(event.getLevel()));
                lines.write('>');
            }
            lines.write(each);
            begins = each == '\n';
        }
        return lines.toByteArray();
    }

    private static char priority(Level level) {
        return switch (level.levelInt) {
            case Level.ERROR_INT -> '3';
            case Level.WARN_INT -> '4';
            case Level.INFO_INT -> '6';
            default -> '7';
        };
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
