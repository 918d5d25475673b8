package io.wharf.networking.dns;

import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.InetSockets;
import io.wharf.linux.LinuxException;
import java.net.InetAddress;
import java.util.function.IntFunction;

/** The two sockets of a container, bound to 127.0.0.11 at ports of the kernel's choice. */
record Sockets(Fd udp, Fd tcp) implements AutoCloseable {
    static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.11");
    private static final int BACKLOG = 64;

    /**
     * Made on a thread inside the namespace.
     *
     * @param udpPort where it was before, so that what callers have open goes on; 0 for none
     */
    static Sockets bind(int udpPort, int tcpPort) {
        Fd udp = at(udpPort, port -> InetSockets.udp(ADDRESS, port));
        try {
            return new Sockets(udp, at(tcpPort, port -> InetSockets.tcpListener(ADDRESS, port, BACKLOG)));
        } catch (RuntimeException e) {
            udp.close();
            throw e;
        }
    }

    private static Fd at(int port, IntFunction<Fd> binding) {
        try {
            return binding.apply(port);
        } catch (LinuxException e) {
            if (port != 0 && e.is(Errno.EADDRINUSE)) {
                return binding.apply(0);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        udp.close();
        tcp.close();
    }
}
