package io.wharf.networking.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A name server of a test: it says what it is told to, and counts. Its sockets are of the namespace that makes it. */
final class FakeServer implements AutoCloseable {
    /** Says nothing. */
    static final Function<byte[], byte @Nullable []> SILENT = query -> null;

    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger askedByTcp = new AtomicInteger();
    volatile Function<byte[], byte @Nullable []> byUdp;
    volatile Function<byte[], byte @Nullable []> byTcp;
    private final DatagramChannel udp;
    private final ServerSocket tcp;

    FakeServer(String address, int port, Function<byte[], byte @Nullable []> says) {
        byUdp = says;
        byTcp = says;
        InetSocketAddress at = new InetSocketAddress(InetAddress.ofLiteral(address), port);
        try {
            udp = DatagramChannel.open(StandardProtocolFamily.INET).bind(at);
            tcp = new ServerSocket();
            tcp.setReuseAddress(true);
            tcp.bind(at);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins to answer, on threads of the caller's namespace; the sockets decide about the packets'. */
    FakeServer start() {
        Thread.ofPlatform().daemon().start(this::serveUdp);
        Thread.ofPlatform().daemon().start(this::serveTcp);
        return this;
    }

    /** Answers with so many addresses. */
    static Function<byte[], byte @Nullable []> says(int rcode, int addresses) {
        return query -> Wire.answer(query, rcode, false, addresses);
    }

    static Function<byte[], byte @Nullable []> truncates() {
        return query -> Wire.answer(query, 0, true, 0);
    }

    private void serveUdp() {
        ByteBuffer in = ByteBuffer.allocate(4096);
        while (udp.isOpen()) {
            try {
                InetSocketAddress from = (InetSocketAddress) udp.receive(in.clear());
                asked.incrementAndGet();
                byte[] query = new byte[in.flip().remaining()];
                in.get(query);
                byte[] answer = byUdp.apply(query);
                if (answer != null) {
                    udp.send(ByteBuffer.wrap(answer), from);
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try (Socket caller = tcp.accept()) {
                DataInputStream in = new DataInputStream(caller.getInputStream());
                byte[] query = new byte[in.readUnsignedShort()];
                in.readFully(query);
                askedByTcp.incrementAndGet();
                byte[] answer = byTcp.apply(query);
                if (answer != null) {
                    DataOutputStream out = new DataOutputStream(caller.getOutputStream());
                    out.writeShort(answer.length);
                    out.write(answer);
                }
            } catch (IOException e) {
                if (tcp.isClosed()) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            udp.close();
            tcp.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
