package io.wharf.linux;

import java.net.InetAddress;
import java.util.function.Predicate;

/**
 * The connections that the kernel knows of in one network namespace (ctnetlink, linux/netfilter/nfnetlink_conntrack.h).
 *
 * <p>Bound to the namespace in which it was opened. Blocking: a busy host knows some hundred thousand.
 */
public interface Conntrack extends AutoCloseable {
    /** Of the namespace that this process runs in. */
    static Conntrack open() {
        return new RealConntrack();
    }

    /**
     * A connection: what the first packet said, and where answers come from.
     *
     * @param replySource equals {@code destination} unless the packets are led elsewhere
     */
    record Flow(
            InetAddress source,
            InetAddress destination,
            int sourcePort,
            int destinationPort,
            InetAddress replySource,
            int replySourcePort) {}

    /** The number of UDP in IP's header, for {@link #forget}. */
    int UDP = 17;

    /**
     * Forgets the connections of a protocol that match; how many. Their next packet begins a new one, which rules decide
     * about anew.
     */
    int forget(int protocol, Predicate<Flow> gone);

    @Override
    void close();
}
