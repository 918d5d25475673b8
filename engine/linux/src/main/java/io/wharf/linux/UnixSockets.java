package io.wharf.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.vertx.core.buffer.Buffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Unix sockets with what Netty and java.nio lack: SEQPACKET, paths of any length, passing of descriptors. */
public final class UnixSockets {
    /** Type of a socket, see unix(7). */
    public enum Type {
        STREAM(1),
        SEQPACKET(5);

        final int number;

        Type(int number) {
            this.number = number;
        }
    }

    private static final int AF_UNIX = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int SOCK_FLAGS = OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    /** sun_path without its terminating zero. */
    private static final int PATH_BYTES = 107;

    private static final int MSGHDR_BYTES = 56;
    private static final int CMSG_BYTES = 24;

    private UnixSockets() {}

    /**
     * Connects without blocking: EAGAIN where the listener's queue is full, ECONNREFUSED where nobody listens. The
     * socket is non-blocking.
     */
    public static Fd connect(Type type, String path) {
        return withAddress(
                path,
                (socket, address, length) ->
                        Check.that("connect", Native.syscall(Nr.CONNECT, socket.value(), address, length), path),
                type);
    }

    /** Binds and listens, non-blocking; EADDRINUSE where the path exists, used or not. */
    public static Fd listen(Type type, String path, int backlog) {
        return withAddress(
                path,
                (socket, address, length) -> {
                    Check.that("bind", Native.syscall(Nr.BIND, socket.value(), address, length), path);
                    Check.that("listen", Native.syscall(Nr.LISTEN, socket.value(), backlog), path);
                },
                type);
    }

    /** Takes a waiting connection; empty where there is none now. The new socket is non-blocking. */
    public static Optional<Fd> accept(Fd listener) {
        var result = Native.syscall(Nr.ACCEPT4, listener.value(), 0, 0, SOCK_FLAGS);
        return result == -Errno.EAGAIN ? Optional.empty() : Optional.of(Fd.own(Check.fd("accept4", result, listener)));
    }

    /** Two connected sockets, blocking. */
    public static Fd[] pair(Type type) {
        var out = Scratch.get().zeroed(8);
        var result = Native.syscall(Nr.SOCKETPAIR, AF_UNIX, type.number | OpenFlags.O_CLOEXEC, 0, out.address());
        Check.that("socketpair", result, type);
        return new Fd[] {Fd.own(out.get(JAVA_INT, 0)), Fd.own(out.get(JAVA_INT, 4))};
    }

    private interface Use {
        void with(Fd socket, long address, int length);
    }

    private static Fd withAddress(String path, Use use, Type type) {
        var number = Native.syscall(Nr.SOCKET, AF_UNIX, type.number | SOCK_FLAGS, 0);
        var socket = Fd.own(Check.fd("socket", number, "AF_UNIX", type));
        var done = false;
        try (var folder = Names.encode(path).length > PATH_BYTES ? Entries.openDirectory(parent(path)) : null) {
            // A longer path is named through a descriptor of its folder.
            var name = Names.encode(folder == null ? path : folder.procPath() + path.substring(path.lastIndexOf('/')));
            if (name.length > PATH_BYTES) {
                throw new LinuxException("socket", Errno.ENAMETOOLONG, path);
            }
            var address = Scratch.get().zeroed(2 + PATH_BYTES + 1);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
            use.with(socket, address.address(), 2 + name.length + 1);
            done = true;
            return socket;
        } finally {
            if (!done) {
                socket.close();
            }
        }
    }

    private static String parent(String path) {
        var slash = path.lastIndexOf('/');
        return slash < 0 ? "." : path.substring(0, slash + 1);
    }

    /** One message of {@link #receive}: its bytes, and the descriptor that came along. */
    public record Message(Buffer bytes, Optional<Fd> descriptor) {}

    /** Receives a message of up to {@code limit} bytes; empty bytes at the end, nothing where there is none now. */
    public static Optional<Message> receive(Fd socket, int limit) {
        try (var arena = Arena.ofConfined()) {
            var data = arena.allocate(Math.max(1, limit));
            var control = arena.allocate(CMSG_BYTES, 8);
            var header = header(arena, data, control);
            var count = Native.syscall(Nr.RECVMSG, socket.value(), header.address(), MSG_CMSG_CLOEXEC);
            if (count == -Errno.EAGAIN) {
                return Optional.empty();
            }
            Check.that("recvmsg", count, socket);
            var passed = header.get(JAVA_LONG, 40) >= 20
                    && control.get(JAVA_INT, 8) == SOL_SOCKET
                    && control.get(JAVA_INT, 12) == SCM_RIGHTS;
            return Optional.of(new Message(
                    Buffer.buffer(Scratch.bytes(data, count)),
                    passed ? Optional.of(Fd.own(control.get(JAVA_INT, 16))) : Optional.empty()));
        }
    }

    /** Sends bytes (at least one) together with a copy of a descriptor. */
    public static void send(Fd socket, byte[] bytes, Fd descriptor) {
        try (var arena = Arena.ofConfined()) {
            var data = arena.allocateFrom(JAVA_BYTE, bytes);
            var control = arena.allocate(CMSG_BYTES, 8);
            control.set(JAVA_LONG, 0, 20);
            control.set(JAVA_INT, 8, SOL_SOCKET);
            control.set(JAVA_INT, 12, SCM_RIGHTS);
            control.set(JAVA_INT, 16, descriptor.value());
            var header = header(arena, data, control);
            Check.that("sendmsg", Native.syscall(Nr.SENDMSG, socket.value(), header.address(), 0), socket, descriptor);
        }
    }

    private static MemorySegment header(Arena arena, MemorySegment data, MemorySegment control) {
        var vector = arena.allocate(16, 8);
        vector.set(ADDRESS, 0, data);
        vector.set(JAVA_LONG, 8, data.byteSize());
        var header = arena.allocate(MSGHDR_BYTES, 8);
        header.set(ADDRESS, 16, vector);
        header.set(JAVA_LONG, 24, 1);
        header.set(ADDRESS, 32, control);
        header.set(JAVA_LONG, 40, control.byteSize());
        return header;
    }

    /** Ends one direction: 0 reading, 1 writing, 2 both. */
    public static void shutdown(Fd socket, int how) {
        Check.that("shutdown", Native.syscall(Nr.SHUTDOWN, socket.value(), how), socket, how);
    }
}
