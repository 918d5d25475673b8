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
    /** Replies from outside are guessed at by port and id: so a port does not last. */
    private static final long PORT_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** With those that are full of questions that nobody answers. */
    private static final int MOST_LINES = 3;

    /** One or two packets are lost on any way. */
    private static final int DEAD_AFTER = 3;

    private final InetAddress address;
    private final int port;
    private final Outlet outlet;
    private final Waits waits;
    private final Set<AutoCloseable> open = new HashSet<>();
    private @Nullable UdpLine line;
    private int lines;
    private boolean silent;
    private long tryAgain;
    private boolean everSpoke;
    private long spokeAt;
    /** Questions without an answer in all their time, asked since it last spoke; and when the first of them was. */
    private int missed;

    private long missedSince;
    private boolean closed;

    Upstream(InetAddress address, int port, Outlet outlet) {
        this(address, port, outlet, Waits.USUAL);
    }

    Upstream(InetAddress address, int port, Outlet outlet, Waits waits) {
        this.waits = waits;
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

    Waits waits() {
        return waits;
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
        if (current == null
                || current.isClosed()
                || current.ageNanos() > PORT_NANOS
                || (current.isFull() && lines < MOST_LINES)) {
            if (current != null) {
                current.retire();
            }
            lines++;
            current = new UdpLine(this);
            line = current;
        }
        return current;
    }

    /** It has answered, whatever. */
    void spoke() {
        silent = false;
        missed = 0;
        everSpoke = true;
        spokeAt = System.nanoTime();
    }

    /** It has let others answer first. */
    void kept() {
        if (!silent) {
            silent = true;
            tryAgain = System.nanoTime() + waits.againNanos();
        }
    }

    /** It has let all time pass. Where it has answered others meanwhile, it was the packet that got lost. */
    void missed(long askedAt) {
        if (everSpoke && spokeAt - askedAt > 0) {
            return;
        }
        if (missed++ == 0) {
            missedSince = askedAt;
        }
        kept();
    }

    /** Whether nothing has come from it for long, and not for want of questions; nobody waits for such a one. */
    boolean isDead() {
        return missed >= DEAD_AFTER && System.nanoTime() - missedSince > waits.deadNanos();
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
        tryAgain = now + (isDead() ? waits.deadNanos() : waits.againNanos());
        return true;
    }

    /** A socket stands or is about to, and ends with this. */
    void opened(AutoCloseable socket) {
        open.add(socket);
    }

    void ended(AutoCloseable socket) {
        if (open.remove(socket) && socket instanceof UdpLine) {
            lines--;
        }
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
