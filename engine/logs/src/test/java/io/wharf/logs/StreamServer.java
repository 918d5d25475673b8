package io.wharf.logs;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server that cuts what comes into messages and keeps them. */
final class StreamServer implements Closeable {
    /** Reads one message; null at the end. */
    interface Cut {
        byte[] next(InputStream in, OutputStream out) throws IOException;
    }

    static final Cut LINES = ending('\n');

    private final ServerSocket listener;
    private final Cut cut;
    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
    private final List<Socket> open = new ArrayList<>();
    private int connections;

    StreamServer(ServerSocket listener, Cut cut) {
        this.listener = listener;
        this.cut = cut;
        Thread.ofPlatform().daemon().start(this::accept);
    }

    static StreamServer tcp(int port, Cut cut) throws IOException {
        var socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new StreamServer(socket, cut);
    }

    /** Messages that end with a byte, which is left out. */
    static Cut ending(int end) {
        return (in, out) -> {
            var bytes = new java.io.ByteArrayOutputStream();
            for (var b = in.read(); b >= 0; b = in.read()) {
                if (b == end) {
                    return bytes.toByteArray();
                }
                bytes.write(b);
            }
            return null;
        };
    }

    private void accept() {
        try {
            while (true) {
                var socket = listener.accept();
                synchronized (open) {
                    open.add(socket);
                    connections++;
                }
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // The end of the test.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            for (var message = cut.next(socket.getInputStream(), socket.getOutputStream());
                    message != null;
                    message = cut.next(socket.getInputStream(), socket.getOutputStream())) {
                received.add(message);
            }
        } catch (IOException closed) {
            // The client went away.
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    int connections() {
        synchronized (open) {
            return connections;
        }
    }

    byte[] next() throws InterruptedException {
        var message = received.poll(10, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("no message came");
        }
        return message;
    }

    String nextText() throws InterruptedException {
        return new String(next(), java.nio.charset.StandardCharsets.UTF_8);
    }

    void hangUp() throws IOException {
        synchronized (open) {
            for (var socket : open) {
                socket.close();
            }
            open.clear();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        hangUp();
    }
}
