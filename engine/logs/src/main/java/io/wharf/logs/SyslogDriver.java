package io.wharf.logs;

import io.wharf.linux.Host;
import java.io.IOException;

/** Writes a container's messages to a syslog daemon; those of standard error with severity 3, others with 6. */
final class SyslogDriver implements LogDriver {
    private static final int ERROR = 3;
    private static final int INFORMATIONAL = 6;

    private final SyslogTransport transport;
    private final SyslogFormat format;
    private final int facility;
    private final String tag;
    private final String host = Host.hostname();
    private final long pid = ProcessHandle.current().pid();

    SyslogDriver(SyslogTransport transport, SyslogFormat format, int facility, String tag) {
        this.transport = transport;
        this.format = format;
        this.facility = facility;
        this.tag = tag;
    }

    /** Delivers a message; an empty line is nothing to syslog. */
    @Override
    public void write(LogMessage message) throws IOException {
        if (message.length() > 0) {
            var severity = message.stderr() ? ERROR : INFORMATIONAL;
            transport.send(format.format(facility << 3 | severity, host, tag, pid, message));
        }
    }

    /** Nothing is kept back. */
    @Override
    public void flush() {}

    @Override
    public void close() throws IOException {
        transport.close();
    }
}
