package io.wharf.networking.dns;

import java.util.List;

/**
 * The servers that one container's queries go on to: its own, asked from its namespace; or the host's, asked from there, as
 * long as one of its networks leads outside.
 */
final class Servers implements AutoCloseable {
    /** As resolv.conf(5) has it, and Docker. */
    private static final int MOST = 3;

    private final List<Upstream> own;
    private final List<String> options;
    private final HostServers host;

    /**
     * @param own empty for the host's
     * @param options of its resolv.conf; empty for the host's
     */
    Servers(List<Upstream> own, List<String> options, HostServers host) {
        this.own = List.copyOf(own.subList(0, Math.min(MOST, own.size())));
        this.options = options;
        this.host = host;
    }

    /** Whom to ask, as they were named: an earlier one's answer counts for more. */
    List<Upstream> named(boolean outside) {
        if (!own.isEmpty()) {
            return own;
        }
        if (!outside) {
            return List.of();
        }
        List<Upstream> all = host.current();
        return all.subList(0, Math.min(MOST, all.size()));
    }

    /** Whether resolv.conf says how many dots a name needs to be tried as it is. */
    boolean wantDots() {
        return options.isEmpty() ? host.wantDots() : HostServers.wantDots(options);
    }

    @Override
    public void close() {
        own.forEach(Upstream::close);
    }
}
