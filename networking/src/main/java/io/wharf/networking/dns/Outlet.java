package io.wharf.networking.dns;

import io.netty.channel.IoEventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.wharf.linux.EventLoops;
import io.wharf.linux.Fd;
import io.wharf.linux.InetSockets;
import io.wharf.linux.NamespaceSockets;
import java.net.InetAddress;
import java.util.function.Supplier;

/**
 * Where servers are asked from: a network namespace, or the engine's own.
 *
 * @param netns path of a namespace; empty for the engine's own
 */
record Outlet(Context context, NamespaceSockets sockets, String netns) {
    IoEventLoop loop() {
        return EventLoops.of(context);
    }

    Future<Fd> udp(InetAddress family) {
        return netns.isEmpty() ? here(() -> InetSockets.datagram(family)) : sockets.udp(context, netns, family);
    }

    Future<Fd> tcp(InetAddress family) {
        return netns.isEmpty() ? here(() -> InetSockets.tcp(family)) : sockets.tcp(context, netns, family);
    }

    private static Future<Fd> here(Supplier<Fd> socket) {
        try {
            return Future.succeededFuture(socket.get());
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }
}
