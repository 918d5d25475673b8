package io.wharf.networking.dns;

import org.jspecify.annotations.Nullable;

/**
 * Who is called what, seen from one container. Asked for each query, on the event loop, so it looks up and does not
 * search; what it tells is of that very moment.
 */
interface Names {
    /**
     * The addresses of a name: a container's, an alias, a short id, a link, any of them with the network's name behind a
     * dot.
     *
     * @param name in lower case, without the last dot
     * @return null for a name that nobody has here; without addresses of a family where it has none of it
     */
    @Nullable
    Addresses find(String name);

    /**
     * The name behind an address.
     *
     * @param reverse the address as {@code 2.0.18.172.in-addr.arpa}, or below {@code ip6.arpa}
     * @return with the network's name behind a dot; null for an address that nobody has here
     */
    @Nullable
    String nameOf(String reverse);

    /** Whether a query may go out through the host: not where all its networks are internal. */
    boolean reachesOutside();
}
