package io.wharf.networking.ports;

import io.netty.channel.IoEventLoop;
import io.wharf.linux.Fd;
import io.wharf.linux.InetDatagrams;
import io.wharf.linux.InetDatagrams.Received;
import io.wharf.linux.InetSockets;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Readiness;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries datagrams: a socket to the container for each caller, until the two were silent for a while. Answers come from
 * the address that was called.
 */
final class UdpRelay implements Relay {
    private static final Logger LOG = LoggerFactory.getLogger(UdpRelay.class);
    private static final int DATAGRAMS_A_TURN = 64;
    private static final int MOST_CALLERS = 1024;
    /** As Docker's proxy and the kernel's own table of connections. */
    private static final long SILENCE_NANOS = Duration.ofSeconds(90).toNanos();

    private static final int SWEEP_SECONDS = 30;

    private record Caller(
            InetAddress address,
            int port,
            int scope,
            @Nullable InetAddress called) {}

    private final IoEventLoop loop;
    private final Fd socket;
    private final InetSocketAddress target;
    private final Readiness readiness;
    /** The one that was silent longest first. */
    private final Map<Caller, Flow> flows = new LinkedHashMap<>(16, 0.75f, true);

    private boolean sweeping;
    private boolean closed;

    UdpRelay(IoEventLoop loop, Fd socket, boolean ipv6, InetSocketAddress target) {
        this.loop = loop;
        this.socket = socket;
        this.target = target;
        InetDatagrams.tellDestinations(socket, ipv6);
        this.readiness = Readiness.watch(loop, socket, this::fromCallers);
    }

    /** The way between one caller and the container. */
    private final class Flow {
        private final Received first;
        private final Fd inner;
        private final Readiness watch;
        private long lastNanos = System.nanoTime();

        private Flow(Received first) {
            this.first = first;
            this.inner = InetSockets.udpTo(target.getAddress(), target.getPort());
            this.watch = Readiness.watch(loop, inner, this::answers);
        }

        private void send(ByteBuffer bytes) {
            lastNanos = System.nanoTime();
            InetDatagrams.send(inner, bytes);
        }

        private void answers() {
            for (int i = 0; i < DATAGRAMS_A_TURN; i++) {
                var answer = InetDatagrams.receive(inner);
                if (answer.isEmpty()) {
                    return;
                }
                lastNanos = System.nanoTime();
                if (!closed) {
                    InetDatagrams.answer(socket, first, answer.get().data());
                }
            }
            watch.again();
        }

        private void end() {
            watch.cancel(inner::close);
        }
    }

    private void fromCallers() {
        for (int i = 0; i < DATAGRAMS_A_TURN && !closed; i++) {
            var received = InetDatagrams.receive(socket);
            if (received.isEmpty()) {
                return;
            }
            Received datagram = received.get();
            try {
                flow(datagram).send(datagram.data());
            } catch (LinuxException e) {
                LOG.debug("A datagram to a published port is lost: {}", e.getMessage());
            }
        }
        if (!closed) {
            readiness.again();
        }
    }

    private Flow flow(Received datagram) {
        Caller caller = new Caller(datagram.source(), datagram.port(), datagram.scope(), datagram.destination());
        Flow known = flows.get(caller);
        if (known != null) {
            return known;
        }
        if (flows.size() >= MOST_CALLERS) {
            Iterator<Flow> eldest = flows.values().iterator();
            eldest.next().end();
            eldest.remove();
        }
        Flow begun = new Flow(datagram);
        flows.put(caller, begun);
        sweepLater();
        return begun;
    }

    private void sweepLater() {
        if (!sweeping) {
            sweeping = true;
            loop.schedule(this::sweep, SWEEP_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void sweep() {
        sweeping = false;
        long now = System.nanoTime();
        flows.values().removeIf(flow -> {
            boolean silent = now - flow.lastNanos > SILENCE_NANOS;
            if (silent) {
                flow.end();
            }
            return silent;
        });
        if (!flows.isEmpty() && !closed) {
            sweepLater();
        }
    }

    @Override
    public void close() {
        closed = true;
        flows.values().forEach(Flow::end);
        flows.clear();
        readiness.cancel(socket::close);
    }
}
