package io.wharf.logs;

import io.wharf.base.WharfException;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** {@code --log-driver gelf}: the Graylog Extended Log Format 1.1, over UDP and TCP. */
final class GelfKind implements LogDriverKind {
    private static final Set<String> OPTIONS = Set.of(
            "gelf-address",
            "gelf-compression-type",
            "gelf-compression-level",
            "gelf-tcp-max-reconnect",
            "gelf-tcp-reconnect-delay");

    @Override
    public String name() {
        return "gelf";
    }

    @Override
    public void check(Map<String, String> options) {
        var scheme = address(options.getOrDefault("gelf-address", "")).scheme();
        OptionValues.checkNames(name(), options, OPTIONS, '"');
        for (var option : new String[] {"gelf-compression-level", "gelf-compression-type"}) {
            if (options.containsKey(option)) {
                if (!scheme.equals("udp")) {
                    throw WharfException.invalid("compression is only supported on UDP");
                }
                var value = options.get(option);
                if (!value.matches(option.endsWith("type") ? "gzip|zlib|none" : "-1|\\+?[0-9]")) {
                    throw WharfException.invalid("unknown value " + OptionValues.quoted(value) + " for log opt \""
                            + option + "\" for gelf log driver");
                }
            }
        }
        for (var option : new String[] {"gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay"}) {
            if (options.containsKey(option)) {
                if (!scheme.equals("tcp")) {
                    throw WharfException.invalid("\"" + option + "\" is only valid for TCP");
                }
                if (!options.get(option).matches("\\+?\\d{1,9}")) {
                    throw WharfException.invalid("\"" + option + "\" must be a positive integer");
                }
            }
        }
    }

    @Override
    public LogDriver open(LogSource source) throws IOException {
        var options = source.options();
        var address = address(options.getOrDefault("gelf-address", ""));
        var transport = address.scheme().equals("udp")
                ? new GelfTransport.Udp(
                        address,
                        options.getOrDefault("gelf-compression-type", "gzip"),
                        Integer.parseInt(options.getOrDefault("gelf-compression-level", "1")))
                : new GelfTransport.Tcp(
                        address,
                        options.get("gelf-tcp-max-reconnect"),
                        Integer.parseInt(options.getOrDefault("gelf-tcp-reconnect-delay", "1")));
        return new GelfDriver(source, transport);
    }

    private static Endpoint address(String text) {
        if (text.isEmpty()) {
            throw WharfException.invalid("gelf-address is a required parameter");
        }
        var endpoint = Endpoint.parse(text);
        if (!endpoint.scheme().equals("udp") && !endpoint.scheme().equals("tcp")) {
            throw WharfException.invalid("gelf: endpoint needs to be TCP or UDP");
        }
        if (endpoint.port().isEmpty()) {
            throw WharfException.invalid("gelf: please provide gelf-address as proto://host:port");
        }
        endpoint.portOr(0);
        return endpoint;
    }
}
