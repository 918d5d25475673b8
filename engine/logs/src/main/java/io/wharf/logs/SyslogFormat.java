package io.wharf.logs;

import io.wharf.base.WharfException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The shapes of a syslog message ({@code syslog-format}); times are local, as syslog's are. */
enum SyslogFormat {
    /** What local daemons expect: RFC 3164 without the host. */
    UNIX("", "MMM d HH:mm:ss"),
    RFC3164("rfc3164", "MMM d HH:mm:ss"),
    RFC5424("rfc5424", "yyyy-MM-dd'T'HH:mm:ssXXX"),
    RFC5424_MICRO("rfc5424micro", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX");

    private final String option;
    private final DateTimeFormatter time;

    SyslogFormat(String option, String time) {
        this.option = option;
        // A day of one digit has a space before it in RFC 3164.
        this.time = DateTimeFormatter.ofPattern(time.replace("MMM d", "MMM ppd"), Locale.ROOT)
                .withZone(ZoneId.systemDefault());
    }

    static SyslogFormat of(String option) {
        for (var format : values()) {
            if (format.option.equals(option)) {
                return format;
            }
        }
        throw WharfException.invalid("Invalid syslog format");
    }

    /** Whether it has the structure that TLS transports count in octets (RFC 5425). */
    boolean isStructured() {
        return this == RFC5424 || this == RFC5424_MICRO;
    }

    /**
     * Writes one message, its newline included.
     *
     * @param priority facility times eight plus severity
     * @param tag the application's name, and the message id where there is one
     */
    byte[] format(int priority, String host, String tag, long pid, LogMessage message) {
        var nanos = message.nanos();
        var when = time.format(
                Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L)));
        var head = switch (this) {
            case UNIX -> "<" + priority + ">" + when + " " + tag + "[" + pid + "]: ";
            case RFC3164 -> "<" + priority + ">" + when + " " + host + " " + tag + "[" + pid + "]: ";
            case RFC5424, RFC5424_MICRO ->
                "<" + priority + ">1 " + when + " " + host + " " + tag + " " + pid + " " + tag + " - ";
        };
        var bytes = new ByteArrayOutputStream(head.length() + message.length() + 1);
        bytes.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        bytes.write(message.bytes(), message.offset(), message.length());
        bytes.write('\n');
        return bytes.toByteArray();
    }
}
