package io.wharf.networking.dns;

import java.util.ArrayList;
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

    /**
     * Whom to ask, in this order: as they were named, but those that have not answered lately last. One of those whose time
     * has come stands first again and is asked along with the next, so that finding it dead costs nobody anything.
     */
    List<Upstream> inOrder(boolean outside) {
        if (!own.isEmpty()) {
            return inOrder(own);
        }
        if (!outside) {
            return List.of();
        }
        List<Upstream> all = host.current();
        return inOrder(all.subList(0, Math.min(MOST, all.size())));
    }

    private static List<Upstream> inOrder(List<Upstream> named) {
        if (named.stream().noneMatch(Upstream::isSilent)) {
            return named;
        }
        List<Upstream> ordered = new ArrayList<>(named.size());
        named.stream().filter(each -> !each.isSilent()).forEach(ordered::add);
        named.stream().filter(Upstream::isSilent).forEach(ordered::add);
        return ordered;
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
