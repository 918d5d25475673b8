package io.wharf.logs;

import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.UnixDatagrams;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;

/** Datagrams to a unix socket: waits, within a limit, for a receiver whose queue is full. */
final class UnixDatagramSender implements Closeable {
    private final Fd socket = UnixDatagrams.open();
    private final Duration limit;

    UnixDatagramSender(Duration limit) {
        this.limit = limit;
    }

    void send(String path, byte[] bytes, int length) throws IOException {
        if (!attempt(path, bytes, length)) {
            throw new IOException("write unixgram " + path + ": message too long");
        }
    }

    /** Sends a message as a datagram, or as sealed memory where it is too long for one: the journal takes both. */
    void sendOfAnyLength(String path, byte[] bytes, int length) throws IOException {
        if (attempt(path, bytes, length)) {
            return;
        }
        try (var memory = UnixDatagrams.sealed("wharf-log", bytes, 0, length)) {
            patiently(path, () -> UnixDatagrams.sendDescriptor(socket, path, memory));
        } catch (LinuxException e) {
            throw failure(path, e);
        }
    }

    /** False where the message is too long. */
    private boolean attempt(String path, byte[] bytes, int length) throws IOException {
        try {
            patiently(path, () -> UnixDatagrams.send(socket, path, bytes, 0, length));
            return true;
        } catch (LinuxException e) {
            if (e.is(Errno.EMSGSIZE, ENOBUFS)) {
                return false;
            }
            throw failure(path, e);
        }
    }

    private static final int ENOBUFS = 105;

    @FunctionalInterface
    private interface Attempt {
        boolean accepted();
    }

    private void patiently(String path, Attempt attempt) throws IOException {
        var end = System.nanoTime() + limit.toNanos();
        for (var pause = 1L; !attempt.accepted(); pause = Math.min(50, pause * 2)) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("write unixgram " + path + ": i/o timeout");
            }
            Pause.millis(pause);
        }
    }

    private static IOException failure(String path, LinuxException e) {
        return new IOException("write unixgram " + path + ": " + e.reason(), e);
    }

    @Override
    public void close() {
        socket.close();
    }
}
