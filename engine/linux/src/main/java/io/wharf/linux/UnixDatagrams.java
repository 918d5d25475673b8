package io.wharf.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Datagrams to unix sockets, which java.nio does not know: syslog's {@code /dev/log} and the journal's native socket.
 *
 * <p>Nothing here blocks. A message goes whole or not at all; each names its receiver, so a receiver that was started
 * anew is found without connecting again.
 */
public final class UnixDatagrams {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_NOSIGNAL = 0x4000;
    /** sun_path without its terminating zero. */
    private static final int PATH_BYTES = 107;

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    /** F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE. */
    private static final int ALL_SEALS = 15;

    private UnixDatagrams() {}

    /** A socket without a name, non-blocking. */
    public static Fd open() {
        var number = Native.syscall(Nr.SOCKET, AF_UNIX, SOCK_DGRAM | OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK, 0);
        return Fd.own(Check.fd("socket", number, "AF_UNIX", "SOCK_DGRAM"));
    }

    /** A socket that others reach by a path; EADDRINUSE where the path exists. */
    public static Fd bind(String path) {
        var socket = open();
        try (var arena = Arena.ofConfined()) {
            var address = address(arena, path);
            Check.that("bind", Native.syscall(Nr.BIND, socket.value(), address.address(), address.byteSize()), path);
            return socket;
        } catch (RuntimeException | Error failure) {
            socket.close();
            throw failure;
        }
    }

    /**
     * Sends one message to whoever listens at a path.
     *
     * @return false where the receiver's queue is full now
     * @throws LinuxException ENOENT or ECONNREFUSED where nobody listens, EMSGSIZE or ENOBUFS where the message is too
     *     long for a datagram, EPROTOTYPE where the path is a stream's
     */
    public static boolean send(Fd socket, String path, byte[] bytes, int offset, int length) {
        try (var arena = Arena.ofConfined()) {
            var address = address(arena, path);
            var data = arena.allocate(Math.max(1, length));
            MemorySegment.copy(bytes, offset, data, JAVA_BYTE, 0, length);
            var sent = Native.syscall(
                    Nr.SENDTO,
                    socket.value(),
                    data.address(),
                    length,
                    MSG_NOSIGNAL,
                    address.address(),
                    address.byteSize());
            return accepted("sendto", sent, path);
        }
    }

    /**
     * Sends an empty message that carries a copy of a descriptor.
     *
     * @return false where the receiver's queue is full now
     */
    public static boolean sendDescriptor(Fd socket, String path, Fd descriptor) {
        try (var arena = Arena.ofConfined()) {
            var address = address(arena, path);
            var control = arena.allocate(24, 8);
            control.set(JAVA_LONG, 0, 20);
            control.set(JAVA_INT, 8, SOL_SOCKET);
            control.set(JAVA_INT, 12, SCM_RIGHTS);
            control.set(JAVA_INT, 16, descriptor.value());
            var header = arena.allocate(56, 8);
            header.set(ADDRESS, 0, address);
            header.set(JAVA_INT, 8, (int) address.byteSize());
            header.set(ADDRESS, 32, control);
            header.set(JAVA_LONG, 40, control.byteSize());
            var sent = Native.syscall(Nr.SENDMSG, socket.value(), header.address(), MSG_NOSIGNAL);
            return accepted("sendmsg", sent, path, descriptor);
        }
    }

    /** Takes a waiting message of up to {@code limit} bytes and a descriptor that came along; empty where none waits. */
    public static Optional<UnixSockets.Message> receive(Fd socket, int limit) {
        return UnixSockets.receive(socket, limit);
    }

    /** A file in memory that nobody can change any more: what a receiver may map without fear. */
    public static Fd sealed(String label, byte[] bytes, int offset, int length) {
        var name = Scratch.get().first(label, "memfd_create");
        var memory = Fd.own(Check.fd(
                "memfd_create", Native.syscall(Nr.MEMFD_CREATE, name, MFD_CLOEXEC | MFD_ALLOW_SEALING), label));
        try {
            for (var done = 0; done < length; ) {
                done += memory.write(bytes, offset + done, length - done);
            }
            Descriptors.fcntl(memory, F_ADD_SEALS, ALL_SEALS);
            return memory;
        } catch (RuntimeException | Error failure) {
            memory.close();
            throw failure;
        }
    }

    private static boolean accepted(String call, long result, Object... arguments) {
        if (result == -Errno.EAGAIN) {
            return false;
        }
        Check.that(call, result, arguments);
        return true;
    }

    /** A path, or, beginning with an @, a name of the abstract kind, which lies in no folder (unix(7)). */
    private static MemorySegment address(Arena arena, String path) {
        var name = Names.encode(path);
        if (name.length > PATH_BYTES) {
            throw new LinuxException("socket", Errno.ENAMETOOLONG, path);
        }
        // An abstract name begins with a zero, and ends where the address does.
        var isAbstract = name.length > 0 && name[0] == '@';
        var address = arena.allocate(2 + name.length + (isAbstract ? 0 : 1), 8);
        address.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
        if (isAbstract) {
            address.set(JAVA_BYTE, 2, (byte) 0);
        }
        return address;
    }
}
