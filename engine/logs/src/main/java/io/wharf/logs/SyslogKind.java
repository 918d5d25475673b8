package io.wharf.logs;

import io.wharf.base.WharfException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code --log-driver syslog}: RFC 3164 and RFC 5424 over unix sockets, UDP, TCP and TLS. */
final class SyslogKind implements LogDriverKind {
    private static final Set<String> OPTIONS = Set.of(
            "syslog-address",
            "syslog-facility",
            "syslog-format",
            "syslog-tls-ca-cert",
            "syslog-tls-cert",
            "syslog-tls-key",
            "syslog-tls-skip-verify");

    /** In the order of their numbers; 12 to 15 have none. */
    private static final List<String> FACILITIES = List.of(
            "kern",
            "user",
            "mail",
            "daemon",
            "auth",
            "syslog",
            "lpr",
            "news",
            "uucp",
            "cron",
            "authpriv",
            "ftp",
            "",
            "",
            "",
            "",
            "local0",
            "local1",
            "local2",
            "local3",
            "local4",
            "local5",
            "local6",
            "local7");

    @Override
    public String name() {
        return "syslog";
    }

    @Override
    public void check(Map<String, String> options) {
        OptionValues.checkNames(name(), options, OPTIONS, '\'');
        address(options.getOrDefault("syslog-address", ""));
        facility(options.getOrDefault("syslog-facility", ""));
        SyslogFormat.of(options.getOrDefault("syslog-format", ""));
    }

    @Override
    public LogDriver open(LogSource source) throws IOException {
        var options = source.options();
        var address = address(options.getOrDefault("syslog-address", ""));
        var format = SyslogFormat.of(options.getOrDefault("syslog-format", ""));
        return new SyslogDriver(
                SyslogTransport.to(address, format, options),
                format,
                facility(options.getOrDefault("syslog-facility", "")),
                TagTemplate.of(source));
    }

    /** An empty scheme for the machine's own daemon. */
    private static Endpoint address(String text) {
        var endpoint = Endpoint.parse(text);
        if (text.isEmpty()) {
            return endpoint;
        }
        switch (endpoint.scheme()) {
            case "unix", "unixgram", "udp", "tcp", "tcp+tls" -> endpoint.portOr(514);
            default -> throw WharfException.invalid("unsupported scheme: '" + endpoint.scheme() + "'");
        }
        return endpoint;
    }

    private static int facility(String text) {
        if (text.isEmpty()) {
            return FACILITIES.indexOf("daemon");
        }
        if (FACILITIES.contains(text)) {
            return FACILITIES.indexOf(text);
        }
        var number = text.matches("\\+?\\d{1,4}") ? Integer.parseInt(text) : -1;
        if (number < 0 || number > 23) {
            throw WharfException.invalid("invalid syslog facility");
        }
        return number;
    }
}
