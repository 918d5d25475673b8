package io.wharf.daemon;

import io.wharf.base.WharfException;
import java.util.List;

/** Where the API is served. */
final class ListenerSettings {
    private static final String SOCKET = "unix:///var/run/docker.sock";

    private final Settings settings;

    ListenerSettings(Settings settings) {
        this.settings = settings;
    }

    /** The sockets, none of them twice. */
    List<String> hosts() {
        List<String> hosts = settings.texts("hosts").stream()
                .filter(host -> !host.isBlank())
                .map(ListenerSettings::host)
                .distinct()
                .toList();
        return hosts.isEmpty() ? List.of(SOCKET) : hosts;
    }

    private static String host(String given) {
        if (given.startsWith("unix://") || given.startsWith("tcp://")) {
            return given;
        }
        if (given.startsWith("/")) {
            return "unix://" + given;
        }
        throw WharfException.invalid(
                "invalid bind address (" + given + "): unix:///path and tcp://address:port are served");
    }
}
