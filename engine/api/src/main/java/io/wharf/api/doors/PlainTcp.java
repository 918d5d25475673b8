package io.wharf.api.doors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said of TCP sockets whose callers prove nothing. */
final class PlainTcp {
    private static final Logger LOG = LoggerFactory.getLogger(PlainTcp.class);

    private PlainTcp() {}

    /** In the log, loud enough to be seen; dockerd also waits some seconds, and will refuse in a later version. */
    static void warn(String address) {
        LOG.warn(
                "tcp://{}: Binding to IP address without --tlsverify is insecure and gives root access on this machine"
                        + " to everyone who has access to your network",
                address);
        LOG.warn(
                "tcp://{}: Binding to an IP address, even on localhost, can also give access to scripts run in a browser",
                address);
    }
}
