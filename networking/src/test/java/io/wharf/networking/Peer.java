package io.wharf.networking;

import io.wharf.linux.NetworkNamespaces;
import io.wharf.networking.address.Ip;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/** Sockets made in a network namespace and used from the test's own; an empty path is the test's own namespace. */
record Peer(String netns) {
    static final Peer HERE = new Peer("");
    private static final int PATIENCE_MILLIS = 3000;
    private static final int IMPATIENCE_MILLIS = 300;

    private <T> T make(Callable<T> channel) {
        return netns.isEmpty() ? unchecked(channel) : NetworkNamespaces.real().in(netns, () -> unchecked(channel));
    }

    private static <T> T unchecked(Callable<T> work) {
        try {
            return work.call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Answers each connection with the caller's address, until closed. */
    SelectableChannel serveTcp(String address, int port) {
        ServerSocketChannel server = make(() -> {
            ServerSocketChannel made = ServerSocketChannel.open(family(address));
            made.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            return made.bind(new InetSocketAddress(address, port));
        });
        Thread.ofPlatform().daemon().start(() -> {
            while (server.isOpen()) {
                try (SocketChannel caller = server.accept()) {
                    caller.write(bytes(hostOf(caller)));
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server;
    }

    private static String hostOf(SocketChannel caller) throws IOException {
        return Ip.text(((InetSocketAddress) caller.getRemoteAddress()).getAddress());
    }

    SelectableChannel serveUdp(String address, int port) {
        DatagramChannel server =
                make(() -> DatagramChannel.open(family(address)).bind(new InetSocketAddress(address, port)));
        Thread.ofPlatform().daemon().start(() -> {
            ByteBuffer in = ByteBuffer.allocate(100);
            while (server.isOpen()) {
                try {
                    InetSocketAddress from = (InetSocketAddress) server.receive(in.clear());
                    server.send(bytes(Ip.text(from.getAddress())), from);
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server;
    }

    /** What a server answers. */
    String callTcp(String address, int port) {
        return callTcp(address, port, PATIENCE_MILLIS);
    }

    /** Whether nobody answers: refused, unreachable, or no word in a short while. */
    boolean isShut(String address, int port) {
        try {
            callTcp(address, port, IMPATIENCE_MILLIS);
            return false;
        } catch (UncheckedIOException e) {
            return true;
        }
    }

    private String callTcp(String address, int port, int millis) {
        try (SocketChannel channel = make(() -> SocketChannel.open(family(address)))) {
            channel.socket().connect(new InetSocketAddress(address, port), millis);
            channel.socket().setSoTimeout(millis);
            return text(channel.socket().getInputStream().readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String callUdp(String address, int port) {
        try (DatagramChannel channel = make(() -> DatagramChannel.open(family(address)))) {
            channel.connect(new InetSocketAddress(address, port));
            channel.write(bytes("?"));
            channel.socket().setSoTimeout(PATIENCE_MILLIS);
            var packet = new java.net.DatagramPacket(new byte[100], 100);
            channel.socket().receive(packet);
            return text(java.util.Arrays.copyOf(packet.getData(), packet.getLength()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A socket that goes on asking from the same port. */
    record UdpClient(DatagramChannel channel) implements AutoCloseable {
        String ask() throws IOException {
            channel.write(bytes("?"));
            channel.socket().setSoTimeout(IMPATIENCE_MILLIS);
            var packet = new java.net.DatagramPacket(new byte[100], 100);
            channel.socket().receive(packet);
            return text(java.util.Arrays.copyOf(packet.getData(), packet.getLength()));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    UdpClient udpClient(String address, int port) throws IOException {
        DatagramChannel channel = make(() -> DatagramChannel.open(family(address)));
        channel.connect(new InetSocketAddress(address, port));
        return new UdpClient(channel);
    }

    private static StandardProtocolFamily family(String address) {
        return address.indexOf(':') < 0 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
