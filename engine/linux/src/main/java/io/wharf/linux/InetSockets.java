package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Bound sockets of the calling thread's network namespace: inside {@link NetworkNamespaces#in} they belong to that one,
 * and stay in it wherever they are used afterwards. All are non-blocking.
 */
public final class InetSockets {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_FLAGS = OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_ERROR = 4;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPPROTO_SCTP = 132;
    private static final int IPV6_V6ONLY = 26;
    private static final int ADDRESS_BYTES = 28;
    private static final int SCOPE_OFFSET = 24;

    private InetSockets() {}

    /** A bound UDP socket; port 0 lets the kernel choose, see {@link #port}. */
    public static Fd udp(InetAddress address, int port) {
        return bound(SOCK_DGRAM, address, port, false);
    }

    /** A TCP socket that is bound and listens. */
    public static Fd tcpListener(InetAddress address, int port, int backlog) {
        var socket = bound(SOCK_STREAM, address, port, true);
        listen(socket, backlog);
        return socket;
    }

    /** A TCP socket of the calling thread's namespace, for {@link #connect}. */
    public static Fd tcp(InetAddress address) {
        var family = family(address);
        var number = Native.syscall(Nr.SOCKET, family, SOCK_STREAM | SOCK_FLAGS, 0);
        return Fd.own(Check.fd("socket", number, family, SOCK_STREAM));
    }

    /** A UDP socket of the calling thread's namespace, for {@link #connect}: then it hears of that peer only. */
    public static Fd datagram(InetAddress address) {
        var family = family(address);
        var number = Native.syscall(Nr.SOCKET, family, SOCK_DGRAM | SOCK_FLAGS, 0);
        return Fd.own(Check.fd("socket", number, family, SOCK_DGRAM));
    }

    /**
     * Begins to connect, wherever the calling thread is: the socket decides about the namespace. It becomes writable when
     * that is done or has failed; {@link #failure} tells which. Fails at once where nothing can be tried. A UDP socket is
     * connected at once.
     */
    public static void connect(Fd socket, InetAddress address, int port) {
        var at = Scratch.get().zeroed(ADDRESS_BYTES);
        var length = encode(at, family(address), address, port);
        var result = Native.syscall(Nr.CONNECT, socket.value(), at.address(), length);
        if (result != -Errno.EINPROGRESS) {
            Check.that("connect", result, socket, address.getHostAddress(), port);
        }
    }

    /** What has gone wrong with a socket, as an errno, which this takes away; 0 for nothing. */
    public static int failure(Fd socket) {
        var at = Scratch.get().zeroed(8);
        at.set(JAVA_INT, 4, 4);
        var result =
                Native.syscall(Nr.GETSOCKOPT, socket.value(), SOL_SOCKET, SO_ERROR, at.address(), at.address() + 4);
        Check.that("getsockopt", result, socket, "SO_ERROR");
        return at.get(JAVA_INT, 0);
    }

    private static int family(InetAddress address) {
        return address instanceof Inet4Address ? AF_INET : AF_INET6;
    }

    /**
     * A TCP socket that is bound and does not listen: holds the port against all others, for it does not let its address
     * be reused; a connection in TIME_WAIT on this port is enough to refuse it.
     */
    public static Fd tcpReservation(InetAddress address, int port) {
        return bound(SOCK_STREAM, address, port, false);
    }

    /**
     * An SCTP socket that is bound and does not listen, to hold the port; EPROTONOSUPPORT where the kernel has no SCTP.
     */
    public static Fd sctpReservation(InetAddress address, int port) {
        return bound(SOCK_STREAM, IPPROTO_SCTP, address, port, false);
    }

    /** A UDP socket that sends to, and hears from, one peer only; of the calling thread's namespace. */
    public static Fd udpTo(InetAddress peer, int port) {
        var family = family(peer);
        var number = Native.syscall(Nr.SOCKET, family, SOCK_DGRAM | SOCK_FLAGS, 0);
        var socket = Fd.own(Check.fd("socket", number, family, SOCK_DGRAM));
        try {
            connect(socket, peer, port);
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    /** The next caller of a listening socket, non-blocking; empty where nobody waits. */
    public static Optional<Fd> accept(Fd listener) {
        while (true) {
            var number = Native.syscall(Nr.ACCEPT4, listener.value(), 0, 0, SOCK_FLAGS);
            if (number == -Errno.EAGAIN) {
                return Optional.empty();
            }
            // A caller that hung up before it was answered is none.
            if (number != -Errno.EINTR && number != -Errno.ECONNABORTED) {
                return Optional.of(Fd.own(Check.fd("accept4", number, listener)));
            }
        }
    }

    public static void listen(Fd socket, int backlog) {
        var result = Native.syscall(Nr.LISTEN, socket.value(), backlog);
        if (result < 0) {
            socket.close();
            throw new LinuxException("listen", (int) -result, backlog);
        }
    }

    private static Fd bound(int type, InetAddress address, int port, boolean reuse) {
        return bound(type, 0, address, port, reuse);
    }

    private static Fd bound(int type, int protocol, InetAddress address, int port, boolean reuse) {
        var family = family(address);
        var number = Native.syscall(Nr.SOCKET, family, type | SOCK_FLAGS, protocol);
        var socket = Fd.own(Check.fd("socket", number, family, type));
        try {
            if (reuse) {
                option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
            }
            if (family == AF_INET6) {
                option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
            }
            var at = Scratch.get().zeroed(ADDRESS_BYTES);
            var length = encode(at, family, address, port);
            var result = Native.syscall(Nr.BIND, socket.value(), at.address(), length);
            Check.that("bind", result, socket, address.getHostAddress(), port);
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    private static int encode(MemorySegment at, int family, InetAddress address, int port) {
        var bytes = address.getAddress();
        at.set(JAVA_SHORT, 0, (short) family);
        at.set(JAVA_SHORT, 2, Short.reverseBytes((short) port));
        MemorySegment.copy(bytes, 0, at, JAVA_BYTE, family == AF_INET ? 4 : 8, bytes.length);
        if (address instanceof Inet6Address v6) {
            at.set(JAVA_INT, SCOPE_OFFSET, v6.getScopeId());
        }
        return family == AF_INET ? 16 : ADDRESS_BYTES;
    }

    /** Sets an integer option (setsockopt(2)). */
    public static void option(Fd socket, int level, int option, int value) {
        var at = Scratch.get().zeroed(4);
        at.set(JAVA_INT, 0, value);
        var result = Native.syscall(Nr.SETSOCKOPT, socket.value(), level, option, at.address(), 4);
        Check.that("setsockopt", result, socket, level, option, value);
    }

    /** The port that a socket is bound to. */
    public static int port(Fd socket) {
        var at = Scratch.get().zeroed(ADDRESS_BYTES + 8);
        at.set(JAVA_INT, 32, ADDRESS_BYTES);
        var result = Native.syscall(Nr.GETSOCKNAME, socket.value(), at.address(), at.address() + 32);
        Check.that("getsockname", result, socket);
        return Short.reverseBytes(at.get(JAVA_SHORT, 2)) & 0xffff;
    }
}
