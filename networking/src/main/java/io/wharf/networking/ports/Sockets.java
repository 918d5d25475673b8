package io.wharf.networking.ports;

import io.netty.channel.IoEventLoop;
import io.wharf.base.WharfException;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.InetSockets;
import io.wharf.linux.LinuxException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the sockets that hold ports, and decides which of them have to carry bytes.
 *
 * <p>The kernel routes {@code 127.0.0.1} to a container, but never {@code ::1}, and no rule turns IPv6 into IPv4: there
 * the engine takes the connections and copies. It does so for all where rules are not to be written.
 */
public final class Sockets {
    private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);
    private static final int BACKLOG = 1024;

    private final boolean rules4;
    private final boolean rules6;
    private final boolean relays;
    private final Supplier<IoEventLoop> loop;
    private @Nullable RelayLimit limit;

    /**
     * @param rules4 whether rules lead IPv4 to containers, {@code rules6} IPv6
     * @param relays whether the engine may copy where they do not (Docker's {@code --userland-proxy})
     */
    public Sockets(boolean rules4, boolean rules6, boolean relays, Supplier<IoEventLoop> loop) {
        this.rules4 = rules4;
        this.rules6 = rules6;
        this.relays = relays;
        this.loop = loop;
    }

    /** A socket that is held; none for a protocol that the kernel does not have. */
    record Held(@Nullable Fd socket, @Nullable Relay relay) {
        void close() {
            if (relay != null) {
                relay.close();
            } else if (socket != null) {
                socket.close();
            }
        }
    }

    /** Whether callers of this family get to the container, one way or the other. */
    boolean canLead(Protocol protocol, boolean v6, Reach reach) {
        boolean rules = v6 ? rules6 : rules4;
        if (reach.address(v6) != null) {
            return rules || relays;
        }
        return v6 && reach.ipv4() != null && relays && protocol != Protocol.SCTP;
    }

    Held open(HostPorts.Key key, int containerPort, Reach reach) {
        InetAddress target = relayed(key, reach);
        try {
            if (target == null) {
                return new Held(reserve(key), null);
            }
            InetSocketAddress to = new InetSocketAddress(target, containerPort);
            Fd socket = key.protocol() == Protocol.TCP
                    ? InetSockets.tcpListener(key.host(), key.port(), BACKLOG)
                    : InetSockets.udp(key.host(), key.port());
            return new Held(
                    socket,
                    key.protocol() == Protocol.TCP
                            ? new TcpRelay(loop.get(), socket, to, limit())
                            : new UdpRelay(loop.get(), socket, key.isIpv6(), to));
        } catch (LinuxException e) {
            throw WharfException.internal(
                    "failed to bind host port " + key + "/" + key.protocol() + ": "
                            + e.reason().toLowerCase(Locale.ROOT),
                    e);
        }
    }

    /** Whether the socket of a port has to carry bytes itself. */
    boolean relays(HostPorts.Key key, Reach reach) {
        return relayed(key, reach) != null;
    }

    private RelayLimit limit() {
        RelayLimit known = limit;
        if (known == null) {
            known = RelayLimit.ofThisProcess();
            limit = known;
        }
        return known;
    }

    /** Where the socket itself has to lead callers; null where rules do, before they reach it. */
    private @Nullable InetAddress relayed(HostPorts.Key key, Reach reach) {
        if (!relays || key.protocol() == Protocol.SCTP) {
            return null;
        }
        if (!key.isIpv6()) {
            return rules4 ? null : reach.ipv4();
        }
        if (reach.ipv6() == null) {
            return reach.ipv4();
        }
        InetAddress host = key.host();
        boolean beyondRules = host.isAnyLocalAddress() || host.isLoopbackAddress() || host.isLinkLocalAddress();
        return !rules6 || beyondRules ? reach.ipv6() : null;
    }

    private static @Nullable Fd reserve(HostPorts.Key key) {
        return switch (key.protocol()) {
            case TCP -> reserveTcp(key);
            case UDP -> InetSockets.udp(key.host(), key.port());
            case SCTP -> reserveSctp(key);
        };
    }

    /** A bound socket that does not listen; where an old connection on this port refuses that, one that listens. */
    private static Fd reserveTcp(HostPorts.Key key) {
        try {
            return InetSockets.tcpReservation(key.host(), key.port());
        } catch (LinuxException e) {
            if (!e.is(Errno.EADDRINUSE)) {
                throw e;
            }
            return InetSockets.tcpListener(key.host(), key.port(), 1);
        }
    }

    /** Where the host has no SCTP of its own nobody can take the port; containers' packets are led all the same. */
    private static @Nullable Fd reserveSctp(HostPorts.Key key) {
        try {
            return InetSockets.sctpReservation(key.host(), key.port());
        } catch (LinuxException e) {
            if (e.is(Errno.EPROTONOSUPPORT) || e.is(Errno.ESOCKTNOSUPPORT)) {
                LOG.info("Port {}/sctp is not reserved: this kernel has no SCTP", key);
                return null;
            }
            throw e;
        }
    }
}
