package io.wharf.logs;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** {@code --log-driver fluentd}: the forward protocol, over TCP, TLS and unix sockets. */
final class FluentdKind implements LogDriverKind {
    private static final Set<String> OPTIONS = Set.of(
            "fluentd-address",
            "fluentd-async",
            "fluentd-async-reconnect-interval",
            "fluentd-buffer-limit",
            "fluentd-max-retries",
            "fluentd-request-ack",
            "fluentd-retry-wait",
            "fluentd-sub-second-precision",
            "fluentd-read-timeout",
            "fluentd-write-timeout");

    @Override
    public String name() {
        return "fluentd";
    }

    @Override
    public void check(Map<String, String> options) {
        OptionValues.checkNames(name(), options, OPTIONS, '\'');
        FluentdOptions.parse(options);
    }

    @Override
    public LogDriver open(LogSource source) throws IOException {
        return new FluentdDriver(source, FluentdOptions.parse(source.options()));
    }
}
