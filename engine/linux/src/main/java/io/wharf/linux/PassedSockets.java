package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Listening sockets that systemd passed to this process, see sd_listen_fds(3). */
public final class PassedSockets {
    private static final int FIRST = 3;
    private static final int MOST = 1024;
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_ACCEPTCONN = 30;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int STREAM = 1;
    private static final int ADDRESS_BYTES = 128;

    private PassedSockets() {}

    /**
     * One of them.
     *
     * @param name as in FileDescriptorName=; systemd's own word where the unit gives none
     * @param unix whether it is a unix socket, else TCP
     * @param address path of a unix socket, @name of an abstract one, address and port of TCP
     */
    public record Passed(Fd socket, Optional<String> name, boolean unix, String address) {}

    /**
     * Takes what the environment tells of: non-blocking and closed on exec from now on. Children have environments of their
     * own, so none of them is told. To be called once.
     *
     * @param environment of this process
     * @throws LinuxException where a descriptor is no socket
     * @throws IllegalArgumentException where one does not listen for streams
     */
    public static List<Passed> take(Map<String, String> environment) {
        var pid = String.valueOf(ProcessHandle.current().pid());
        var count = number(environment.getOrDefault("LISTEN_FDS", "0"));
        if (!pid.equals(environment.get("LISTEN_PID")) || count <= 0 || count > MOST) {
            return List.of();
        }
        var names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        var passed = new ArrayList<Passed>();
        for (var i = 0; i < count; i++) {
            var name = i < names.length && !names[i].isEmpty() ? Optional.of(names[i]) : Optional.<String>empty();
            passed.add(passed(Fd.own(FIRST + i), name));
        }
        return passed;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static Passed passed(Fd socket, Optional<String> name) {
        Descriptors.closeOnExec(socket, true);
        if (option(socket, SO_TYPE) != STREAM || option(socket, SO_ACCEPTCONN) != 1) {
            throw new IllegalArgumentException(
                    "descriptor " + socket.value() + " that systemd passed does not listen for streams");
        }
        Descriptors.nonBlocking(socket, true);
        var at = Scratch.get().zeroed(ADDRESS_BYTES + 8);
        at.set(JAVA_INT, ADDRESS_BYTES, ADDRESS_BYTES);
        Check.that(
                "getsockname",
                Native.syscall(Nr.GETSOCKNAME, socket.value(), at.address(), at.address() + ADDRESS_BYTES),
                socket);
        var bytes = Scratch.bytes(at, at.get(JAVA_INT, ADDRESS_BYTES));
        return switch (at.get(JAVA_SHORT, 0)) {
            case AF_UNIX -> new Passed(socket, name, true, path(bytes));
            case AF_INET -> new Passed(socket, name, false, inet(bytes, 4, 4));
            case AF_INET6 -> new Passed(socket, name, false, inet(bytes, 8, 16));
            default ->
                throw new IllegalArgumentException(
                        "descriptor " + socket.value() + " that systemd passed is neither a unix socket nor TCP");
        };
    }

    private static int option(Fd socket, int option) {
        var at = Scratch.get().zeroed(8);
        at.set(JAVA_INT, 4, 4);
        var result = Native.syscall(Nr.GETSOCKOPT, socket.value(), SOL_SOCKET, option, at.address(), at.address() + 4);
        Check.that("getsockopt", result, socket, option);
        return at.get(JAVA_INT, 0);
    }

    /** A path ends at its zero; an abstract name begins with one. */
    private static String path(byte[] address) {
        if (address.length <= 2) {
            return "";
        }
        if (address[2] == 0) {
            return "@" + new String(address, 3, address.length - 3, java.nio.charset.StandardCharsets.UTF_8);
        }
        var end = 2;
        while (end < address.length && address[end] != 0) {
            end++;
        }
        return new String(address, 2, end - 2, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static String inet(byte[] address, int from, int length) {
        var port = ((address[2] & 0xff) << 8) | (address[3] & 0xff);
        try {
            var host = InetAddress.getByAddress(java.util.Arrays.copyOfRange(address, from, from + length))
                    .getHostAddress();
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
