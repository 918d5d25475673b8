package io.wharf.logs;

import io.wharf.linux.HostNames;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A stream to a server, over TCP, TLS or a unix socket; every call has a time limit.
 *
 * <p>For one thread at a time, a virtual one as a rule. After a failure it can only be closed.
 */
final class Connection implements Closeable {
    private final SocketChannel channel;
    private final @Nullable SSLSocket secure;
    private final InputStream in;
    private final OutputStream out;
    private final String name;

    private Connection(SocketChannel channel, @Nullable SSLSocket secure, String name) throws IOException {
        this.channel = channel;
        this.secure = secure;
        this.name = name;
        in = secure == null ? Channels.newInputStream(channel) : secure.getInputStream();
        out = secure == null ? Channels.newOutputStream(channel) : secure.getOutputStream();
    }

    static Connection unix(String path, Duration limit) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        return opened(channel, path, () -> {
            Deadlines.within(
                    limit,
                    "dial unix " + path,
                    () -> abort(channel),
                    () -> channel.connect(UnixDomainSocketAddress.of(path)));
            return new Connection(channel, null, path);
        });
    }

    /** Tries each address of the host; {@code trust} adds TLS where it is given. */
    static Connection tcp(String host, int port, @Nullable TlsTrust trust, Duration limit) throws IOException {
        IOException first = null;
        for (var address : resolve(host, limit)) {
            try {
                return tcp(host, new InetSocketAddress(address, port), trust, limit);
            } catch (IOException failure) {
                if (first == null) {
                    first = failure;
                }
            }
        }
        throw first == null ? new UnknownHostException(host) : first;
    }

    private static Connection tcp(String host, InetSocketAddress to, @Nullable TlsTrust trust, Duration limit)
            throws IOException {
        var channel = SocketChannel.open();
        return opened(channel, to.toString(), () -> {
            var socket = channel.socket();
            socket.connect(to, (int) Math.min(Integer.MAX_VALUE, Math.max(1, limit.toMillis())));
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            var secure = trust == null
                    ? null
                    : Deadlines.within(
                            limit,
                            "tls handshake with " + to,
                            () -> abort(channel),
                            () -> trust.handshake(socket, host, to.getPort()));
            return new Connection(channel, secure, to.toString());
        });
    }

    private static Connection opened(SocketChannel channel, String to, Deadlines.Call<Connection> connect)
            throws IOException {
        var done = false;
        try {
            var connection = connect.run();
            done = true;
            return connection;
        } catch (ConnectException | SocketTimeoutException e) {
            throw named(e, "dial " + to);
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    private static IOException named(IOException failure, String what) {
        var reason = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return reason.startsWith(what) ? failure : new IOException(what + ": " + reason, failure);
    }

    static List<InetAddress> resolve(String host, Duration limit) throws IOException {
        try {
            return HostNames.SYSTEM.await(host, limit);
        } catch (UnknownHostException e) {
            throw new UnknownHostException("lookup " + host + ": no such host");
        }
    }

    void write(byte[] bytes, int length, Duration limit) throws IOException {
        Deadlines.within(limit, "write " + name, () -> abort(channel), () -> {
            out.write(bytes, 0, length);
            out.flush();
        });
    }

    /** Reads at least one byte; EOFException at the end. */
    int read(byte[] into, int offset, Duration limit) throws IOException {
        var count = Deadlines.within(
                limit, "read " + name, () -> abort(channel), () -> in.read(into, offset, into.length - offset));
        if (count < 0) {
            throw new EOFException("read " + name + ": closed by the other side");
        }
        return count;
    }

    /**
     * Whether the other side has closed, as far as is known here: a write would seem to succeed and be lost. What the
     * other side may have said is thrown away.
     */
    boolean ended() {
        try {
            if (secure != null) {
                return endedSecurely(secure);
            }
            channel.configureBlocking(false);
            try {
                var buffer = ByteBuffer.allocate(512);
                var count = channel.read(buffer);
                while (count > 0) {
                    count = channel.read(buffer.clear());
                }
                return count < 0;
            } finally {
                channel.configureBlocking(true);
            }
        } catch (IOException e) {
            return true;
        }
    }

    private boolean endedSecurely(SSLSocket socket) throws IOException {
        socket.setSoTimeout(1);
        try {
            return in.read(new byte[512]) < 0;
        } catch (SocketTimeoutException alive) {
            return false;
        } finally {
            socket.setSoTimeout(0);
        }
    }

    private static void abort(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It is no more of use either way.
        }
    }

    /** Says goodbye where TLS does, but not for long. */
    @Override
    public void close() {
        try {
            if (secure != null) {
                Deadlines.within(Duration.ofSeconds(1), "close " + name, () -> abort(channel), secure::close);
            }
        } catch (IOException e) {
            // The other side is gone already.
        } finally {
            abort(channel);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
