package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OpenDescriptors.class)
class AdoptedChannelsTest {
    private static final MultiThreadIoEventLoopGroup GROUP =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private static final IoEventLoop LOOP = (IoEventLoop) GROUP.next();
    private static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");

    @BeforeAll
    static void warm() throws IOException {
        // The first closed socket of java.net makes one that it keeps.
        try (var listener = new ServerSocket(0, 1, LOCAL)) {
            new Socket(LOCAL, listener.getLocalPort()).close();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        GROUP.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
    }

    private static ChannelInitializer<Channel> with(Supplier<ChannelHandler> handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handler.get());
            }
        };
    }

    @Test
    void socketsOfNamespace_areServedByTheMainLoop(@TempDir Path folder) throws Exception {
        var namespaces = NetworkNamespaces.real();
        var path = folder.resolve("ns").toString();
        LOOP.submit(() -> {}).get();
        namespaces.create(path);
        try (var inside = Netlink.openIn(namespaces, path)) {
            inside.up(inside.link("lo").orElseThrow().index());
            var udp = namespaces.in(path, () -> InetSockets.udp(LOCAL, 4711));
            var tcp = namespaces.in(path, () -> InetSockets.tcpListener(LOCAL, 4712, 5));
            var datagrams =
                    AdoptedChannels.datagram(LOOP, udp, with(UdpEcho::new)).await(5, TimeUnit.SECONDS);
            var server = AdoptedChannels.server(LOOP, tcp, with(TcpEcho::new)).await(5, TimeUnit.SECONDS);
            assertThat(namespaces.in(path, () -> askUdp(4711))).isEqualTo("ask");
            for (var i = 0; i < 3; i++) {
                assertThat(namespaces.in(path, () -> askTcp(4712))).isEqualTo("ask");
            }
            datagrams.close().sync();
            server.close().sync();
        } finally {
            namespaces.delete(path);
        }
        LOOP.submit(() -> {}).get();
    }

    private static String askUdp(int port) {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(5000);
            socket.send(new java.net.DatagramPacket("ask".getBytes(StandardCharsets.US_ASCII), 3, LOCAL, port));
            var answer = new java.net.DatagramPacket(new byte[100], 100);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String askTcp(int port) {
        try (var socket = new Socket(LOCAL, port)) {
            socket.getOutputStream().write("ask".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(3), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class UdpEcho extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            context.writeAndFlush(new DatagramPacket(packet.content().retain(), packet.sender()));
        }
    }

    private static final class TcpEcho extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            context.writeAndFlush(bytes.retain());
        }
    }
}
