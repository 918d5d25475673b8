package io.wharf.logs;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server at the end of a stream that may be away: connected when there is something to send, and anew after a failure.
 *
 * <p>Nobody waits in here for a server to come: between two attempts every send fails at once, and its message is tried
 * again by whoever keeps it.
 */
final class Destination implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Destination.class);
    /** After such a pause the connection is looked at before it is trusted; with TLS that costs a millisecond. */
    private static final long IDLE_NANOS = 200_000_000;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** Opens the connection. */
    @FunctionalInterface
    interface Connector {
        Connection connect() throws IOException;
    }

    /** What to do with an open connection: write, and perhaps wait for an answer. */
    @FunctionalInterface
    interface Exchange {
        void with(Connection connection) throws IOException;
    }

    /**
     * How often to try.
     *
     * @param first pause after a failure, which grows by half each time, up to five seconds where it is not longer
     * @param attempts after which a message is given up; {@link Integer#MAX_VALUE} for never
     */
    record Pace(Duration first, int attempts) {
        static final Pace PATIENT = new Pace(Duration.ofMillis(200), Integer.MAX_VALUE);
    }

    private final String name;
    private final Connector connector;
    private final Pace pace;
    private @Nullable Connection connection;
    private long lastUse;
    private int failures;
    private long nextAttempt;

    Destination(String name, Connector connector, Pace pace) {
        this.name = name;
        this.connector = connector;
        this.pace = pace;
    }

    /** Delivers one message, on a new connection where the one at hand fails; throws where neither takes it. */
    void send(Exchange exchange) throws IOException {
        var open = connection;
        if (open != null && (System.nanoTime() - lastUse < IDLE_NANOS || !open.ended())) {
            try {
                exchange.with(open);
                succeeded();
                return;
            } catch (IOException stale) {
                LOG.debug("{}: {}; connecting anew", name, stale.getMessage());
            }
        }
        disconnect();
        if (failures > 0 && System.nanoTime() - nextAttempt < 0) {
            throw new IOException(name + ": not reachable, tried " + failures + " times");
        }
        try {
            var fresh = connector.connect();
            connection = fresh;
            exchange.with(fresh);
            succeeded();
        } catch (IOException failure) {
            disconnect();
            failed(failure);
        }
    }

    private void succeeded() {
        lastUse = System.nanoTime();
        failures = 0;
    }

    private void failed(IOException failure) throws IOException {
        failures++;
        if (failures >= pace.attempts()) {
            LOG.warn("{}: a message is given up after {} attempts: {}", name, failures, failure.getMessage());
            failures = 0;
            return;
        }
        var pause = pace.first().toNanos() * Math.pow(1.5, Math.min(failures - 1, 40));
        var longest = Math.max(pace.first().toNanos(), LONGEST_PAUSE.toNanos());
        nextAttempt = System.nanoTime() + (long) Math.min(pause, (double) longest);
        throw failure;
    }

    private void disconnect() {
        var open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        disconnect();
    }
}
