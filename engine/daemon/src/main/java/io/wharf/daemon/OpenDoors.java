package io.wharf.daemon;

import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.ListenerOptions;
import java.util.List;

/** What {@code docker info} warns of where callers on TCP prove nothing, beginning in Docker's words. */
final class OpenDoors {
    private static final String SCHEME = "tcp://";
    private static final String DANGER = " Access to the remote API is equivalent to root access on the host.";

    private OpenDoors() {}

    static List<String> warnings(EngineOptions options) {
        return options.hosts().stream()
                .filter(host -> host.startsWith(SCHEME))
                .map(host -> host.substring(SCHEME.length()))
                .filter(address -> options.listeners()
                        .tls()
                        .filter(ListenerOptions.Tls::verify)
                        .isEmpty())
                .map(address -> "[DEPRECATION NOTICE]: API is accessible on "
                        + (options.listeners().tls().isEmpty()
                                ? "http://" + address + " without encryption."
                                : "https://" + address + " without TLS client verification.")
                        + DANGER)
                .toList();
    }
}
