package io.wharf.api.doors;

import java.security.cert.X509Certificate;
import java.util.List;

/** Who is at the other end of a connection, as far as can be proven. */
public sealed interface Peer {
    /**
     * A process of this host that connected to a unix socket, see SO_PEERCRED in unix(7).
     *
     * @param pid as it was when it connected, 0 where it is not seen from the engine's pid namespace
     */
    record Local(int pid, int uid, int gid) implements Peer {}

    /**
     * Whoever holds the key of a certificate that was verified.
     *
     * @param chain the certificate and those that lead to its authority
     * @param address address and port
     */
    record Certified(List<X509Certificate> chain, String address) implements Peer {
        public Certified {
            chain = List.copyOf(chain);
        }

        public X509Certificate certificate() {
            return chain.getFirst();
        }
    }

    /**
     * Somebody at an address.
     *
     * @param address address and port
     */
    record Anybody(String address) implements Peer {}
}
