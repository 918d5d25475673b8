package io.wharf.tests.tap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A socket in front of the engine's own. Each connection to it is one to the engine, two virtual threads long.
 *
 * <p>It can be closed to new connections and opened again, as an engine that ends and comes back; the socket file stays
 * between, and refuses, as the engine's would.
 */
public final class Tap implements AutoCloseable {
    private static final int PIECE = 65536;
    private static final long LAST_WORDS = 5000;

    private final Path front;
    private final Path engine;
    private final Disagreements disagreements = new Disagreements();
    private final Set<Thread> pumps = ConcurrentHashMap.newKeySet();
    private volatile @Nullable ServerSocketChannel listener;

    /** A tap that listens at one path and passes on to another. It is closed at first. */
    public Tap(Path front, Path engine) {
        this.front = front;
        this.engine = engine;
    }

    /**
     * Takes connections from now on.
     *
     * @return refuses them again; those that are there go on
     */
    public Runnable open() {
        shut();
        try {
            Files.deleteIfExists(front);
            ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            opened.bind(UnixDomainSocketAddress.of(front), 1024);
            listener = opened;
            Thread.ofVirtual().start(() -> listen(opened));
            return () -> close(opened);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void shut() {
        ServerSocketChannel open = listener;
        listener = null;
        if (open != null) {
            close(open);
        }
    }

    /** What replies and contract have said differently so far, in the order of the operations; empty if they agree. */
    public String disagreements() {
        return disagreements.toString();
    }

    /** Writes how often each operation has answered with each status in this run, and which never have. */
    public static void report(Path file) {
        try {
            Files.writeString(file, Disagreements.counts());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends, once everything that has been said is read. */
    @Override
    public void close() {
        shut();
        long until = System.currentTimeMillis() + LAST_WORDS;
        for (Thread pump : pumps) {
            try {
                pump.join(Math.max(1, until - System.currentTimeMillis()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void listen(ServerSocketChannel open) {
        while (true) {
            try {
                begin(open.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void begin(SocketChannel client) {
        SocketChannel server;
        try {
            server = SocketChannel.open(StandardProtocolFamily.UNIX);
            server.connect(UnixDomainSocketAddress.of(engine));
        } catch (IOException e) {
            close(client);
            return;
        }
        Dialogue dialogue = new Dialogue(disagreements);
        AtomicInteger going = new AtomicInteger(2);
        Runnable gone = () -> {
            close(server);
            close(client);
        };
        Runnable last = () -> {
            if (going.decrementAndGet() == 0) {
                gone.run();
            }
        };
        start(() -> {
            switch (pump(client, server, new Requests(client, dialogue, gone))) {
                case ENDED -> quietly(server::shutdownOutput);
                case BROKEN -> gone.run();
                // What the engine answers is still passed on, and the client's next write fails.
                case REFUSED -> quietly(client::shutdownInput);
            }
            last.run();
        });
        start(() -> {
            switch (pump(server, client, new Replies(dialogue))) {
                case ENDED -> quietly(client::shutdownOutput);
                case BROKEN, REFUSED -> gone.run();
            }
            dialogue.endOfReplies();
            last.run();
        });
    }

    private void start(Runnable pump) {
        Thread thread = Thread.ofVirtual().unstarted(() -> {
            try {
                pump.run();
            } finally {
                pumps.remove(Thread.currentThread());
            }
        });
        pumps.add(thread);
        thread.start();
    }

    /** Sees each piece on its way. */
    private interface Eye {
        void before(ByteBuffer piece);

        void after(ByteBuffer piece);
    }

    /** Reads requests before the engine has them: they must be known when the answer comes. */
    private record Requests(SocketChannel client, Dialogue dialogue, Runnable gone) implements Eye {
        @Override
        public void before(ByteBuffer piece) {
            dialogue.request(piece);
            HangUps.beginWrite(client, gone);
        }

        @Override
        public void after(ByteBuffer piece) {
            HangUps.endWrite(client);
        }
    }

    /** Reads replies after the client has them: nobody shall wait for it. */
    private record Replies(Dialogue dialogue) implements Eye {
        @Override
        public void before(ByteBuffer piece) {}

        @Override
        public void after(ByteBuffer piece) {
            dialogue.reply(piece);
        }
    }

    /** How a way ends. */
    private enum Ending {
        /** There are no more bytes. */
        ENDED,
        /** The end where they come from has gone without a word. */
        BROKEN,
        /** The end where they go to takes no more. */
        REFUSED
    }

    /** Moves bytes until their end. */
    private static Ending pump(SocketChannel from, SocketChannel to, Eye eye) {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        while (true) {
            try {
                if (from.read(piece) < 0) {
                    return Ending.ENDED;
                }
            } catch (IOException e) {
                return Ending.BROKEN;
            }
            piece.flip();
            eye.before(piece.duplicate());
            ByteBuffer copy = piece.duplicate();
            try {
                while (piece.hasRemaining()) {
                    to.write(piece);
                }
            } catch (IOException e) {
                return Ending.REFUSED;
            } finally {
                eye.after(copy);
            }
            piece.clear();
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void quietly(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            // It has ended in another way.
        }
    }

    private static void close(AutoCloseable channel) {
        try {
            channel.close();
        } catch (Exception e) {
            // It has ended in another way.
        }
    }
}
