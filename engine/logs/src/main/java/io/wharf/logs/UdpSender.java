package io.wharf.logs;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams to one host and port. The name is looked up again after each failure.
 *
 * <p>UDP promises nothing, but a machine that answers "nobody listens" is heard: the message then counts as not sent.
 */
final class UdpSender implements Closeable {
    /** The most that fits into an IPv4 datagram. */
    static final int LONGEST = 65507;

    private final String host;
    private final int port;
    private final Duration limit;
    private @Nullable DatagramChannel channel;

    UdpSender(String host, int port, Duration limit) {
        this.host = host;
        this.port = port;
        this.limit = limit;
    }

    /** Sends each buffer as one datagram. */
    void send(ByteBuffer... datagrams) throws IOException {
        try {
            var open = opened();
            for (var datagram : datagrams) {
                write(open, datagram);
            }
            // A refusal from this machine is here already; one from far away is told at the next message.
            open.read(ByteBuffer.allocate(1));
        } catch (IOException failure) {
            close();
            throw new IOException("write udp " + host + ":" + port + ": " + reason(failure), failure);
        }
    }

    private static String reason(IOException failure) {
        return failure instanceof java.net.PortUnreachableException
                ? "connection refused"
                : String.valueOf(failure.getMessage());
    }

    private void write(DatagramChannel open, ByteBuffer datagram) throws IOException {
        var end = System.nanoTime() + limit.toNanos();
        while (open.write(datagram) == 0 && datagram.hasRemaining()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("i/o timeout");
            }
            Pause.millis(1);
        }
    }

    private DatagramChannel opened() throws IOException {
        if (channel != null) {
            return channel;
        }
        var address = Connection.resolve(host, limit).getFirst();
        var fresh = DatagramChannel.open();
        channel = fresh;
        fresh.connect(new InetSocketAddress(address, port));
        fresh.configureBlocking(false);
        return fresh;
    }

    @Override
    public void close() throws IOException {
        var open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
