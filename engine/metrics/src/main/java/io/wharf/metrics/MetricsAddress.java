package io.wharf.metrics;

import io.wharf.base.WharfException;

/**
 * Where the measurements are served besides the API.
 *
 * @param host a name or an address without brackets; {@code ::} for all of the host's
 * @param port 0 for any
 */
public record MetricsAddress(String host, int port) {
    private static final int MOST_PORT = 65535;

    /** Reads {@code 127.0.0.1:9323}, {@code [::1]:9323} or {@code :9323}; refuses anything else as invalid. */
    public static MetricsAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        int port = port(text.substring(colon + 1));
        if (colon < 0 || port < 0) {
            throw WharfException.invalid("invalid metrics-addr " + text + ": it is an address and a port");
        }
        String host = text.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new MetricsAddress(host.isEmpty() ? "::" : host, port);
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > MOST_PORT ? -1 : port;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
