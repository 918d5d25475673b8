package io.wharf.logs;

import io.wharf.base.WharfException;
import java.time.Duration;
import java.util.Map;

/**
 * What the options of the fluentd driver ask for.
 *
 * <p>{@code fluentd-async}, its reconnect interval and the buffer's limit are read and checked, and change nothing: every
 * container is started without waiting for the destination, and what is not delivered waits on disk.
 *
 * @param endpoint scheme {@code tcp}, {@code tls} or {@code unix}
 * @param readTimeout for acknowledgements
 */
record FluentdOptions(
        Endpoint endpoint,
        Duration retryWait,
        int maxRetries,
        boolean subSecondPrecision,
        boolean requestAck,
        Duration readTimeout,
        Duration writeTimeout) {
    static final int PORT = 24224;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    static FluentdOptions parse(Map<String, String> options) {
        var endpoint = address(options.getOrDefault("fluentd-address", ""));
        if (!text(options, "fluentd-buffer-limit").isEmpty()) {
            OptionValues.bytes(text(options, "fluentd-buffer-limit"));
        }
        var retryWait = text(options, "fluentd-retry-wait").isEmpty()
                ? Duration.ofSeconds(1)
                : OptionValues.duration(text(options, "fluentd-retry-wait"));
        bool(options, "fluentd-async");
        checkReconnectInterval(options.getOrDefault("fluentd-async-reconnect-interval", ""));
        return new FluentdOptions(
                endpoint,
                retryWait.isNegative() ? Duration.ZERO : retryWait,
                maxRetries(options.getOrDefault("fluentd-max-retries", "")),
                bool(options, "fluentd-sub-second-precision"),
                bool(options, "fluentd-request-ack"),
                timeout(options, "fluentd-read-timeout"),
                timeout(options, "fluentd-write-timeout"));
    }

    private static Endpoint address(String text) {
        try {
            var endpoint = Endpoint.parse(text.isEmpty() || text.contains("://") ? text : "tcp://" + text);
            switch (text.isEmpty() ? "tcp" : endpoint.scheme()) {
                case "unix" -> {
                    if (endpoint.path().replace("/", "").isEmpty()) {
                        throw WharfException.invalid("path is empty");
                    }
                    return endpoint;
                }
                case "tcp", "tls" -> {
                    if (!endpoint.path().isEmpty()) {
                        throw WharfException.invalid("should not contain a path element");
                    }
                }
                default -> throw WharfException.invalid("unsupported scheme: '" + endpoint.scheme() + "'");
            }
            var host = endpoint.host().isEmpty() ? "127.0.0.1" : endpoint.host();
            return new Endpoint(text.isEmpty() ? "tcp" : endpoint.scheme(), host, Integer.toString(port(endpoint)), "");
        } catch (WharfException e) {
            throw WharfException.invalid("invalid fluentd-address (" + text + "): " + e.getMessage());
        }
    }

    private static int port(Endpoint endpoint) {
        try {
            return endpoint.portOr(PORT);
        } catch (WharfException e) {
            throw WharfException.invalid("invalid port: " + e.getMessage());
        }
    }

    private static int maxRetries(String text) {
        if (text.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        var number = OptionValues.number("ParseUint", text, 0, 0xffff_ffffL);
        if (number > Integer.MAX_VALUE) {
            throw WharfException.invalid("invalid fluentd-max-retries: value out of range");
        }
        return number == 0 ? Integer.MAX_VALUE : (int) number;
    }

    private static void checkReconnectInterval(String text) {
        var name = "invalid value for fluentd-async-reconnect-interval: ";
        if (text.isEmpty()) {
            return;
        }
        Duration interval;
        try {
            interval = OptionValues.duration(text);
        } catch (WharfException e) {
            throw WharfException.invalid(name + e.getMessage());
        }
        if (!interval.isZero()
                && (interval.compareTo(Duration.ofMillis(100)) < 0 || interval.compareTo(Duration.ofSeconds(10)) > 0)) {
            throw WharfException.invalid(
                    name + "value (" + OptionValues.quoted(text) + ") must be between 100ms and 10s");
        }
    }

    private static Duration timeout(Map<String, String> options, String name) {
        if (text(options, name).isEmpty()) {
            return LIMIT;
        }
        Duration timeout;
        try {
            timeout = OptionValues.duration(text(options, name));
        } catch (WharfException e) {
            throw WharfException.invalid("invalid value for " + name + ": value must be a duration: " + e.getMessage());
        }
        if (timeout.isNegative()) {
            throw WharfException.invalid(
                    "invalid value for " + name + ": value must be a duration that is non-negative");
        }
        return timeout.isZero() ? LIMIT : timeout;
    }

    private static boolean bool(Map<String, String> options, String name) {
        return !text(options, name).isEmpty() && OptionValues.bool(text(options, name));
    }

    private static String text(Map<String, String> options, String name) {
        return options.getOrDefault(name, "");
    }
}
