package io.wharf.networking.dns;

import io.netty.channel.IoEventLoop;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server that is asked what is not known here, and what is remembered of it: whether it answers. Confined to the
 * verticle's context.
 */
final class Upstream implements AutoCloseable {
    static final int PORT = 53;
    /** How long a question stays open, as Docker's. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(4);

    /** How often one that does not answer is tried again, along with one that does. */
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Replies from outside are guessed at by port and id: so a port does not last. */
    private static final long PORT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final InetAddress address;
    private final int port;
    private final Outlet outlet;
    private final Set<AutoCloseable> open = new HashSet<>();
    private @Nullable UdpLine line;
    private boolean silent;
    private long tryAgain;
    private boolean closed;

    Upstream(InetAddress address, int port, Outlet outlet) {
        this.address = address;
        this.port = port;
        this.outlet = outlet;
    }

    InetAddress address() {
        return address;
    }

    int port() {
        return port;
    }

    Outlet outlet() {
        return outlet;
    }

    IoEventLoop loop() {
        return outlet.loop();
    }

    /** Asks; the query's id is replaced. */
    void ask(byte[] query, boolean tcp, Asker asker) {
        if (closed) {
            asker.unheard(this);
        } else if (tcp) {
            TcpLine.ask(this, query, asker);
        } else {
            line().ask(query, asker);
        }
    }

    private UdpLine line() {
        UdpLine current = line;
        if (current == null || current.isClosed() || current.ageNanos() > PORT_NANOS) {
            if (current != null) {
                current.retire();
            }
            current = new UdpLine(this);
            line = current;
        }
        return current;
    }

    /** It has answered, whatever. */
    void spoke() {
        silent = false;
    }

    /** It has let others answer first, or all time pass. */
    void kept() {
        if (!silent) {
            silent = true;
            tryAgain = System.nanoTime() + AGAIN_NANOS;
        }
    }

    /** Whether it has not answered when last asked, and so is asked last. */
    boolean isSilent() {
        return silent;
    }

    /** Whether a silent one should be tried again; if so, not again for a while. */
    boolean isDue() {
        long now = System.nanoTime();
        if (!silent || now - tryAgain < 0) {
            return false;
        }
        tryAgain = now + AGAIN_NANOS;
        return true;
    }

    /** A socket stands or is about to, and ends with this. */
    void opened(AutoCloseable socket) {
        open.add(socket);
    }

    void ended(AutoCloseable socket) {
        open.remove(socket);
    }

    /** Ends all that is open to it: a socket left would keep a namespace alive. */
    @Override
    public void close() {
        closed = true;
        for (AutoCloseable socket : Set.copyOf(open)) {
            try {
                socket.close();
            } catch (Exception e) {
                throw new IllegalStateException("closing a socket to " + this, e);
            }
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + (outlet.netns().isEmpty() ? " (host)" : "");
    }
}
