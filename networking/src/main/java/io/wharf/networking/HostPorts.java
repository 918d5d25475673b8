package io.wharf.networking;

import io.wharf.base.WharfException;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.InetSockets;
import io.wharf.linux.LinuxException;
import io.wharf.linux.SmallFiles;
import io.wharf.networking.address.Ip;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports of the host that lead to containers, each held by a bound socket of the engine.
 *
 * <p>The sockets carry nothing: packets are sent on by the firewall before they would reach one, so published ports answer
 * while the engine is away. They keep other programs from taking the port meanwhile. Confined to the verticle's context;
 * binding does not block.
 */
final class HostPorts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostPorts.class);
    private static final String RANGE = "/proc/sys/net/ipv4/ip_local_port_range";

    private record Key(Protocol protocol, String hostIp, int port) {
        static Key of(PublishedPort port) {
            return new Key(port.protocol(), port.hostIp(), port.hostPort());
        }

        boolean meets(Key other) {
            return protocol == other.protocol
                    && port == other.port
                    && (hostIp.equals(other.hostIp)
                            || hostIp.equals(PublishedPort.ANY)
                            || other.hostIp.equals(PublishedPort.ANY));
        }
    }

    private final Map<Key, Fd> held = new LinkedHashMap<>();
    private int nextRandom;

    /** Takes a port of the host for each that is wanted, all or none. */
    List<PublishedPort> take(List<WantedPort> wanted) {
        List<PublishedPort> taken = new ArrayList<>(wanted.size());
        try {
            for (WantedPort one : wanted) {
                taken.add(one.first() == 0 ? random(one) : firstFree(one));
            }
            return List.copyOf(taken);
        } catch (RuntimeException e) {
            release(taken);
            throw e;
        }
    }

    /** Takes again what containers had when the engine went away; their rules stand, whoever else has the port now. */
    void takeAgain(List<PublishedPort> ports) {
        for (PublishedPort port : ports) {
            Key key = Key.of(port);
            if (!held.containsKey(key)) {
                try {
                    held.put(key, bind(key));
                } catch (WharfException e) {
                    LOG.warn("Published port stays without its reservation: {}", e.getMessage());
                }
            }
        }
    }

    void release(List<PublishedPort> ports) {
        for (PublishedPort port : ports) {
            Fd socket = held.remove(Key.of(port));
            if (socket != null) {
                socket.close();
            }
        }
    }

    /** Leaves the ports to the rules alone. */
    @Override
    public void close() {
        held.values().forEach(Fd::close);
        held.clear();
    }

    private PublishedPort firstFree(WantedPort wanted) {
        for (int port = wanted.first(); ; port++) {
            try {
                return hold(wanted, port);
            } catch (WharfException e) {
                if (port == wanted.last()) {
                    throw e;
                }
            }
        }
    }

    private PublishedPort random(WantedPort wanted) {
        String[] range = SmallFiles.read(RANGE).strip().split("\\s+");
        int low = Integer.parseInt(range[0]);
        int count = Integer.parseInt(range[1]) - low + 1;
        for (int tries = 0; tries < count; tries++) {
            int port = low + nextRandom++ % count;
            try {
                return hold(wanted, port);
            } catch (WharfException e) {
                LOG.debug("Port {} is not free: {}", port, e.getMessage());
            }
        }
        throw WharfException.internal("Bind for " + wanted.hostIp() + ":0 failed: all ports are allocated");
    }

    private PublishedPort hold(WantedPort wanted, int port) {
        Key key = new Key(wanted.protocol(), wanted.hostIp(), port);
        if (held.keySet().stream().anyMatch(key::meets)) {
            throw WharfException.internal(
                    "Bind for " + wanted.hostIp() + ":" + port + " failed: port is already allocated");
        }
        held.put(key, bind(key));
        return new PublishedPort(wanted.protocol(), wanted.containerPort(), wanted.hostIp(), port);
    }

    private static Fd bind(Key key) {
        InetAddress address = Ip.parse(key.hostIp);
        try {
            return key.protocol == Protocol.UDP ? InetSockets.udp(address, key.port) : reserve(address, key.port);
        } catch (LinuxException e) {
            throw WharfException.internal(
                    "failed to bind host port " + key.hostIp + ":" + key.port + "/" + key.protocol + ": "
                            + e.reason().toLowerCase(Locale.ROOT),
                    e);
        }
    }

    /** A bound socket that does not listen; where an old connection on this port refuses that, one that listens. */
    private static Fd reserve(InetAddress address, int port) {
        try {
            return InetSockets.tcpReservation(address, port);
        } catch (LinuxException e) {
            if (!e.is(Errno.EADDRINUSE)) {
                throw e;
            }
            return InetSockets.tcpListener(address, port, 1);
        }
    }
}
