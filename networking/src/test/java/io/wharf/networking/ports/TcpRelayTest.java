package io.wharf.networking.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.wharf.linux.Fd;
import io.wharf.linux.InetSockets;
import io.wharf.linux.Netlink;
import io.wharf.networking.address.Ip;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections that the engine carries, to a server that sends back what it has got when the caller has ended. */
class TcpRelayTest {
    private static final int BACKLOG = 16;
    private static final int SHORT_MILLIS = 200;
    private static final int LONG_MILLIS = 5_000;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final IoEventLoop loop = group.next();
    private final ServerSocket server = server();
    private final Fd listener = InetSockets.tcpListener(Ip.parse("127.0.0.1"), 0, BACKLOG);
    private final int port = InetSockets.port(listener);

    private static ServerSocket server() {
        try {
            ServerSocket server = new ServerSocket();
            server.bind(new InetSocketAddress("127.0.0.1", 0));
            Thread.ofVirtual().start(() -> {
                while (!server.isClosed()) {
                    try {
                        Socket caller = server.accept();
                        Thread.ofVirtual().start(() -> sendBack(caller));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sendBack(Socket caller) {
        try (caller) {
            caller.getOutputStream().write(caller.getInputStream().readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TcpRelay relay(RelayLimit limit) {
        return new TcpRelay(loop, listener, new InetSocketAddress("127.0.0.1", server.getLocalPort()), limit);
    }

    /** A caller that has said this and ended. */
    private Socket say(String word) throws IOException {
        Socket caller = new Socket("127.0.0.1", port);
        caller.getOutputStream().write(word.getBytes(StandardCharsets.UTF_8));
        caller.shutdownOutput();
        return caller;
    }

    private static String answer(Socket caller, int millis) throws IOException {
        caller.setSoTimeout(millis);
        return new String(caller.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @AfterEach
    void end() throws IOException {
        group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
        server.close();
    }

    @Test
    void callerThatEndsBeforeItIsTaken_losesNothing() throws IOException {
        try (Socket caller = say("x")) {
            TcpRelay relay = relay(new RelayLimit(2, 2));
            assertThat(answer(caller, LONG_MILLIS)).isEqualTo("x");
            relay.close();
        }
    }

    @Test
    void callersBeyondTheLimit_waitForARoom() throws IOException {
        TcpRelay relay = relay(new RelayLimit(1, 2));
        try (Socket first = new Socket("127.0.0.1", port);
                Socket second = say("b")) {
            assertThatThrownBy(() -> answer(second, SHORT_MILLIS)).isInstanceOf(SocketTimeoutException.class);
            first.shutdownOutput();
            assertThat(answer(first, LONG_MILLIS)).isEmpty();
            assertThat(answer(second, LONG_MILLIS)).isEqualTo("b");
        }
        relay.close();
    }

    @Test
    void ipv6AddressOfTheHost_isRelayedWhenTheContainerHasNoneAnyMore() throws IOException {
        String named = "2001:db8:5::1";
        try (Netlink netlink = Netlink.open()) {
            int lo = netlink.link("lo").orElseThrow().index();
            netlink.addAddress(lo, Ip.parse(named), 128);
            HostPorts ports = new HostPorts(new Sockets(true, true, true, () -> loop));
            try {
                List<PublishedPort> taken = ports.take(
                        List.of(new WantedPort(Protocol.TCP, server.getLocalPort(), List.of(Ip.parse(named)), 0, 0)),
                        new Reach(Ip.parse("127.0.0.1"), Ip.parse("fd00::2"), false, false));
                int published = taken.getFirst().hostPort();
                // Held for rules to lead on, and nothing more. The kernel routes to a new address a moment later.
                Awaitility.await()
                        .untilAsserted(() -> assertThatThrownBy(() -> new Socket(named, published).close())
                                .isInstanceOf(ConnectException.class));
                ports.redirect(taken, new Reach(Ip.parse("127.0.0.1"), null, false, false));
                try (Socket caller = new Socket(named, published)) {
                    caller.getOutputStream().write('y');
                    caller.shutdownOutput();
                    assertThat(answer(caller, LONG_MILLIS)).isEqualTo("y");
                }
            } finally {
                ports.close();
                netlink.deleteAddress(lo, Ip.parse(named), 128);
            }
        }
    }

    @Test
    void relaysShareALimit() throws IOException {
        RelayLimit limit = new RelayLimit(2, 1);
        // Somebody else's connection.
        loop.submit(limit::begun).syncUninterruptibly();
        TcpRelay relay = relay(limit);
        try (Socket caller = say("c")) {
            assertThatThrownBy(() -> answer(caller, SHORT_MILLIS)).isInstanceOf(SocketTimeoutException.class);
            loop.submit(limit::ended).syncUninterruptibly();
            assertThat(answer(caller, LONG_MILLIS)).isEqualTo("c");
        }
        relay.close();
    }
}
