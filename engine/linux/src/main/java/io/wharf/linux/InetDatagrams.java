package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams of a UDP socket that is bound to every address, with the address that each was sent to: an answer must come
 * from there, and the kernel alone would choose another.
 *
 * <p>Nothing here blocks. Errors that earlier datagrams brought back (nobody listens there) count as nothing to read.
 */
public final class InetDatagrams {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IP_PKTINFO = 8;
    private static final int IPV6_RECVPKTINFO = 49;
    private static final int IPV6_PKTINFO = 50;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int LARGEST = 64 << 10;

    // One struct buffer: msghdr, iovec, address, control.
    private static final int IOV = 56;
    private static final int NAME = 72;
    private static final int NAME_BYTES = 28;
    private static final int CONTROL = 104;
    private static final int CONTROL_BYTES = 64;
    private static final int ALL_BYTES = CONTROL + CONTROL_BYTES;

    private InetDatagrams() {}

    /**
     * A datagram that came.
     *
     * @param scope link that a link-local source belongs to, else 0
     * @param destination the host's address that it was sent to
     */
    public record Received(
            ByteBuffer data,
            InetAddress source,
            int port,
            int scope,
            @Nullable InetAddress destination) {}

    /** Has the socket tell what each datagram was sent to. */
    public static void tellDestinations(Fd socket, boolean ipv6) {
        if (ipv6) {
            InetSockets.option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        } else {
            InetSockets.option(socket, IPPROTO_IP, IP_PKTINFO, 1);
        }
    }

    /** Takes a waiting datagram; empty where none waits. */
    public static Optional<Received> receive(Fd socket) {
        var scratch = Scratch.get();
        var data = scratch.data(LARGEST);
        var at = header(scratch, data, LARGEST, NAME_BYTES, CONTROL_BYTES);
        var count = Native.syscall(Nr.RECVMSG, socket.value(), at.address(), 0);
        if (count < 0 && count != -Errno.EAGAIN) {
            // An error that waited is told once; what waits behind it is next.
            at = header(scratch, data, LARGEST, NAME_BYTES, CONTROL_BYTES);
            count = Native.syscall(Nr.RECVMSG, socket.value(), at.address(), 0);
        }
        if (count < 0) {
            return Optional.empty();
        }
        var family = at.get(JAVA_SHORT, NAME);
        var port = Short.reverseBytes(at.get(JAVA_SHORT, NAME + 2)) & 0xffff;
        var source = address(at, family == AF_INET ? NAME + 4 : NAME + 8, family == AF_INET ? 4 : 16);
        var scope = family == AF_INET ? 0 : at.get(JAVA_INT, NAME + 24);
        var destination = at.get(JAVA_LONG, 40) == 0 ? null : destination(at, family);
        return Optional.of(new Received(
                ByteBuffer.wrap(data.asSlice(0, count).toArray(JAVA_BYTE)), source, port, scope, destination));
    }

    private static @Nullable InetAddress destination(MemorySegment at, int family) {
        var type = at.get(JAVA_INT, CONTROL + 12);
        if (family == AF_INET && type == IP_PKTINFO) {
            // ipi_spec_dst behind the link: of the host even where the datagram went to a broadcast address.
            return address(at, CONTROL + 16 + 4, 4);
        }
        return family == AF_INET6 && type == IPV6_PKTINFO ? address(at, CONTROL + 16, 16) : null;
    }

    private static InetAddress address(MemorySegment at, int offset, int length) {
        try {
            return InetAddress.getByAddress(at.asSlice(offset, length).toArray(JAVA_BYTE));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + length + " bytes", e);
        }
    }

    /** Answers a datagram from the address that it was sent to; one that cannot be sent now is lost, as datagrams are. */
    public static void answer(Fd socket, Received to, ByteBuffer bytes) {
        var scratch = Scratch.get();
        var data = scratch.data(LARGEST);
        data.asByteBuffer().put(bytes.duplicate());
        var ipv6 = to.source() instanceof Inet6Address;
        var from = to.destination();
        var control = from == null ? 0 : ipv6 ? 40 : 32;
        var at = header(scratch, data, bytes.remaining(), ipv6 ? NAME_BYTES : 16, control);
        at.set(JAVA_SHORT, NAME, (short) (ipv6 ? AF_INET6 : AF_INET));
        at.set(JAVA_SHORT, NAME + 2, Short.reverseBytes((short) to.port()));
        put(at, ipv6 ? NAME + 8 : NAME + 4, to.source());
        if (ipv6) {
            at.set(JAVA_INT, NAME + 24, to.scope());
        }
        if (from != null) {
            at.set(JAVA_LONG, CONTROL, ipv6 ? 16 + 20 : 16 + 12);
            at.set(JAVA_INT, CONTROL + 8, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP);
            at.set(JAVA_INT, CONTROL + 12, ipv6 ? IPV6_PKTINFO : IP_PKTINFO);
            // in_pktinfo: link, source to use, and one that is not looked at; in6_pktinfo: source to use, link.
            put(at, from instanceof Inet4Address ? CONTROL + 16 + 4 : CONTROL + 16, from);
            if (ipv6) {
                at.set(JAVA_INT, CONTROL + 16 + 16, to.scope());
            }
        }
        Native.syscall(Nr.SENDMSG, socket.value(), at.address(), MSG_NOSIGNAL);
    }

    /** Sends through a connected socket; likewise. */
    public static void send(Fd connected, ByteBuffer bytes) {
        var data = Scratch.get().data(LARGEST);
        data.asByteBuffer().put(bytes.duplicate());
        Native.syscall(Nr.SENDTO, connected.value(), data.address(), bytes.remaining(), MSG_NOSIGNAL, 0, 0);
    }

    private static void put(MemorySegment at, int offset, InetAddress address) {
        var bytes = address.getAddress();
        MemorySegment.copy(bytes, 0, at, JAVA_BYTE, offset, bytes.length);
    }

    private static MemorySegment header(Scratch scratch, MemorySegment data, long length, int name, int control) {
        var at = scratch.zeroed(ALL_BYTES);
        at.set(JAVA_LONG, 0, at.address() + NAME);
        at.set(JAVA_INT, 8, name);
        at.set(JAVA_LONG, 16, at.address() + IOV);
        at.set(JAVA_LONG, 24, 1);
        at.set(JAVA_LONG, 32, control == 0 ? 0 : at.address() + CONTROL);
        at.set(JAVA_LONG, 40, control);
        at.set(JAVA_LONG, IOV, data.address());
        at.set(JAVA_LONG, IOV + 8, length);
        return at;
    }
}
