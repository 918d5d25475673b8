package io.wharf.networking.ports;

import io.wharf.base.WharfException;
import io.wharf.linux.SmallFiles;
import io.wharf.networking.address.Ip;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports of the host that lead to containers, each held by a bound socket of the engine.
 *
 * <p>Most sockets carry nothing: packets are sent on by the firewall before they would reach one, so published ports answer
 * while the engine is away. They keep other programs from taking the port meanwhile. What no rule can lead, the socket's
 * {@link Relay} does. Confined to the verticle's context; binding does not block.
 */
public final class HostPorts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostPorts.class);
    private static final String RANGE = "/proc/sys/net/ipv4/ip_local_port_range";

    /** A port of the host. */
    record Key(Protocol protocol, InetAddress host, int port) {
        static Key of(PublishedPort port) {
            return new Key(port.protocol(), port.host(), port.hostPort());
        }

        boolean meets(Key other) {
            return protocol == other.protocol
                    && port == other.port
                    && isIpv6() == other.isIpv6()
                    && (host.equals(other.host) || host.isAnyLocalAddress() || other.host.isAnyLocalAddress());
        }

        boolean isIpv6() {
            return host instanceof Inet6Address;
        }

        /** As Docker writes it: {@code 0.0.0.0:80} or {@code [::]:80}. */
        @Override
        public String toString() {
            String address = Ip.text(host);
            return (isIpv6() ? "[" + address + "]" : address) + ":" + port;
        }
    }

    private final Sockets sockets;
    private final Map<Key, Sockets.Held> held = new LinkedHashMap<>();
    /** Which of them hold this port, so that nobody looks through all. */
    private final Map<Integer, List<Key>> byPort = new java.util.HashMap<>();

    private int nextRandom;

    public HostPorts(Sockets sockets) {
        this.sockets = sockets;
    }

    /** Takes a port of the host for each that is wanted, all or none. */
    public List<PublishedPort> take(List<WantedPort> wanted, Reach reach) {
        List<PublishedPort> taken = new ArrayList<>(wanted.size());
        try {
            for (WantedPort one : wanted) {
                taken.addAll(take(one, reach));
            }
            return List.copyOf(taken);
        } catch (RuntimeException e) {
            release(taken);
            throw e;
        }
    }

    private List<PublishedPort> take(WantedPort wanted, Reach reach) {
        List<PublishedPort> routed = new ArrayList<>(2);
        List<InetAddress> hosts = new ArrayList<>(2);
        for (InetAddress host : wanted.hosts()) {
            boolean v6 = host instanceof Inet6Address;
            if (reach.routed(v6) && reach.address(v6) != null) {
                routed.add(new PublishedPort(wanted.protocol(), wanted.containerPort(), Ip.text(host), 0));
            } else if (sockets.canLead(wanted.protocol(), v6, reach)) {
                hosts.add(host);
            }
        }
        List<PublishedPort> taken = new ArrayList<>(2);
        if (!hosts.isEmpty()) {
            taken.addAll(wanted.first() == 0 ? random(wanted, hosts, reach) : firstFree(wanted, hosts, reach));
        }
        taken.addAll(routed);
        // IPv4 first, as they are asked for and shown.
        taken.sort(Comparator.comparing(PublishedPort::isIpv6));
        return taken;
    }

    /** Takes again what containers had when the engine went away; their rules stand, whoever else has the port now. */
    public void takeAgain(List<PublishedPort> ports, Reach reach) {
        for (PublishedPort port : ports) {
            Key key = Key.of(port);
            if (port.hostPort() != 0 && !held.containsKey(key)) {
                try {
                    put(key, sockets.open(key, port.containerPort(), reach));
                } catch (WharfException e) {
                    LOG.warn("Published port stays without its reservation: {}", e.getMessage());
                }
            }
        }
    }

    public void release(List<PublishedPort> ports) {
        for (PublishedPort port : ports) {
            Key key = Key.of(port);
            Sockets.Held socket = held.remove(key);
            if (socket != null) {
                byPort.computeIfPresent(key.port(), (number, keys) -> {
                    keys.remove(key);
                    return keys.isEmpty() ? null : keys;
                });
                socket.close();
            }
        }
    }

    /**
     * The container is reached at other addresses now, some of them by a relay where rules did before, or the other way
     * round; connections that a relay carries go on.
     */
    public void redirect(List<PublishedPort> ports, Reach reach) {
        List<PublishedPort> relayed = ports.stream()
                .filter(port -> {
                    Sockets.Held socket = held.get(Key.of(port));
                    return socket != null && (socket.relay() != null || sockets.relays(Key.of(port), reach));
                })
                .toList();
        release(relayed);
        takeAgain(relayed, reach);
    }

    /** Leaves the ports to the rules alone. */
    @Override
    public void close() {
        held.values().forEach(Sockets.Held::close);
        held.clear();
        byPort.clear();
    }

    private void put(Key key, Sockets.Held socket) {
        held.put(key, socket);
        byPort.computeIfAbsent(key.port(), number -> new ArrayList<>(2)).add(key);
    }

    private List<PublishedPort> firstFree(WantedPort wanted, List<InetAddress> hosts, Reach reach) {
        for (int port = wanted.first(); ; port++) {
            if (port < wanted.last() && isHeld(wanted, hosts, port)) {
                continue;
            }
            try {
                return hold(wanted, hosts, port, reach);
            } catch (WharfException e) {
                if (port == wanted.last()) {
                    throw e;
                }
            }
        }
    }

    private List<PublishedPort> random(WantedPort wanted, List<InetAddress> hosts, Reach reach) {
        String[] range = SmallFiles.read(RANGE).strip().split("\\s+");
        int low = Integer.parseInt(range[0]);
        int count = Integer.parseInt(range[1]) - low + 1;
        for (int tries = 0; tries < count; tries++) {
            int port = low + Math.floorMod(nextRandom++, count);
            if (isHeld(wanted, hosts, port)) {
                continue;
            }
            try {
                return hold(wanted, hosts, port, reach);
            } catch (WharfException e) {
                LOG.debug("Port {} is not free: {}", port, e.getMessage());
            }
        }
        throw WharfException.internal(
                "Bind for " + new Key(wanted.protocol(), hosts.getFirst(), 0) + " failed: all ports are allocated");
    }

    /** Whether one of this engine's has it: thousands are gone through in no time. */
    private boolean isHeld(WantedPort wanted, List<InetAddress> hosts, int port) {
        List<Key> keys = byPort.get(port);
        return keys != null
                && hosts.stream()
                        .map(host -> new Key(wanted.protocol(), host, port))
                        .anyMatch(key -> keys.stream().anyMatch(key::meets));
    }

    /** The same port at each of the addresses, or none. */
    private List<PublishedPort> hold(WantedPort wanted, List<InetAddress> hosts, int port, Reach reach) {
        List<PublishedPort> taken = new ArrayList<>(hosts.size());
        try {
            for (InetAddress host : hosts) {
                Key key = new Key(wanted.protocol(), host, port);
                if (byPort.getOrDefault(port, List.of()).stream().anyMatch(key::meets)) {
                    throw WharfException.internal("Bind for " + key + " failed: port is already allocated");
                }
                put(key, sockets.open(key, wanted.containerPort(), reach));
                taken.add(new PublishedPort(wanted.protocol(), wanted.containerPort(), Ip.text(host), port));
            }
            return taken;
        } catch (RuntimeException e) {
            release(taken);
            throw e;
        }
    }
}
