package io.wharf.tests;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The program behind {@link RecordingProxy}: forwards HTTP/1.1 on the loopback byte for byte and prints what passes.
 *
 * <p>Arguments: port to listen on, port to forward to. Output: {@code ready}, then {@code + NUMBER} when a request begins and
 * {@code - NUMBER METHOD TARGET RANGE STATUS RECEIVED SENT} when it has ended, however it did. Input: {@code rate BYTES} for
 * how much of an answer goes out in a second (0: as it comes), {@code cut METHOD BYTES} to break the next request of a method
 * that has a longer body, or answer, after so many bytes of it, {@code later METHOD COUNT} to let so many with a body pass
 * first. It ends with its input.
 */
final class RecordingProxyMain {
    private static final int CHUNK = 16 << 10;
    /** What a client has not taken when it dies counts as sent: so little may lie between. */
    private static final int SEND_BUFFER = 64 << 10;

    private static final Map<String, Long> CUTS = new ConcurrentHashMap<>();
    /** How many requests of a method pass before one is cut. */
    private static final Map<String, AtomicInteger> LATER = new ConcurrentHashMap<>();

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static volatile long rate;

    private final Socket client;
    private final Socket server;
    private final InputStream fromClient;
    private final InputStream fromServer;

    private RecordingProxyMain(Socket client, Socket server) throws IOException {
        this.client = client;
        this.server = server;
        this.fromClient = new BufferedInputStream(client.getInputStream(), CHUNK);
        this.fromServer = new BufferedInputStream(server.getInputStream(), CHUNK);
    }

    public static void main(String[] arguments) throws IOException {
        InetSocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port(arguments[1]));
        ServerSocket listener = new ServerSocket(port(arguments[0]), 100, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                try {
                    Socket client = listener.accept();
                    client.setSendBufferSize(SEND_BUFFER);
                    Thread.ofPlatform().daemon().start(() -> serve(client, target));
                } catch (IOException e) {
                    return;
                }
            }
        });
        say("ready");
        try (Scanner input = new Scanner(System.in, StandardCharsets.UTF_8)) {
            while (input.hasNext()) {
                switch (input.next()) {
                    case "rate" -> rate = input.nextLong();
                    case "later" -> LATER.put(input.next(), new AtomicInteger(input.nextInt()));
                    default -> CUTS.put(input.next(), input.nextLong());
                }
                say("done");
            }
        }
    }

    private static int port(String text) {
        return Integer.parseInt(text);
    }

    private static void say(String line) {
        synchronized (CUTS) {
            System.out.println(line);
        }
    }

    private static void serve(Socket accepted, InetSocketAddress target) {
        try (Socket client = accepted;
                Socket server = new Socket()) {
            server.connect(target);
            RecordingProxyMain proxy = new RecordingProxyMain(client, server);
            while (proxy.exchange()) {
                // The next request of this connection.
            }
        } catch (IOException e) {
            // The record says how far it came.
        }
    }

    /** One request and its answer; false where the connection has ended. */
    private boolean exchange() throws IOException {
        Head request = Head.read(fromClient);
        if (request == null) {
            return false;
        }
        int number = NUMBERS.incrementAndGet();
        say("+ " + number);
        String[] line = request.text.substring(0, request.text.indexOf('\r')).split(" ");
        AtomicInteger later = LATER.get(line[0]);
        Long cut = later != null && later.getAndDecrement() > 0 ? null : CUTS.get(line[0]);
        Counted received = new Counted(line[0], server.getOutputStream(), cut, 0);
        Counted sent = new Counted(line[0], client.getOutputStream(), cut, rate);
        String status = "-";
        try {
            received.head(request);
            request.body(fromClient, received, false);
            Head answer = Head.read(fromServer);
            while (answer != null && answer.status() / 100 == 1) {
                sent.head(answer);
                answer = Head.read(fromServer);
            }
            if (answer == null) {
                return false;
            }
            status = "" + answer.status();
            sent.head(answer);
            if (!line[0].equals("HEAD") && answer.status() != 204 && answer.status() != 304) {
                answer.body(fromServer, sent, true);
            }
            return !answer.header("connection").equalsIgnoreCase("close");
        } finally {
            say("- " + number + " " + line[0] + " " + line[1] + " "
                    + request.header("content-range", request.header("range", "-")) + " " + status + " "
                    + received.count + " " + sent.count);
        }
    }

    /** Passes bodies on, at the asked rate, up to where it is to break. */
    private static final class Counted {
        private final String method;
        private final OutputStream out;
        private final Long cut;
        private final long rate;
        private long count;

        Counted(String method, OutputStream out, Long cut, long rate) {
            this.method = method;
            this.out = out;
            this.cut = cut;
            this.rate = rate;
        }

        void head(Head head) throws IOException {
            out.write(head.text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        void write(byte[] bytes, int length) throws IOException {
            if (cut != null && count + length > cut && CUTS.remove(method, cut)) {
                out.write(bytes, 0, (int) (cut - count));
                out.flush();
                count = cut;
                throw new EOFException("cut as asked for");
            }
            out.write(bytes, 0, length);
            out.flush();
            count += length;
            if (rate > 0) {
                try {
                    // This is the speed of the line, no waiting for anything.
                    Thread.sleep(length * 1000L / rate, (int) (length * 1_000_000_000L / rate % 1_000_000));
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }
    }

    /** The lines before a body. */
    private static final class Head {
        private final String text;

        private Head(String text) {
            this.text = text;
        }

        /** The next head, or null at the end of the connection. */
        static Head read(InputStream in) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int last = 0;
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (bytes.size() == 0 && next < 'A') {
                    // TLS, which is tried first: a registry hangs up on it too.
                    return null;
                }
                bytes.write(next);
                last = last << 8 | next;
                if (last == 0x0d0a0d0a) {
                    return new Head(bytes.toString(StandardCharsets.ISO_8859_1));
                }
            }
            return null;
        }

        int status() {
            return Integer.parseInt(text.split(" ")[1].strip());
        }

        String header(String name) {
            return header(name, "");
        }

        String header(String name, String absent) {
            return text.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse(absent);
        }

        /** Passes on the body that follows; one of an answer may end with its connection. */
        void body(InputStream in, Counted out, boolean toTheEnd) throws IOException {
            String length = header("content-length");
            if (!length.isEmpty()) {
                copy(in, out, Long.parseLong(length));
            } else if (header("transfer-encoding").equalsIgnoreCase("chunked")) {
                for (long size = chunk(in, out); ; size = chunk(in, out)) {
                    copy(in, out, size + 2);
                    if (size == 0) {
                        return;
                    }
                }
            } else if (toTheEnd) {
                copy(in, out, Long.MAX_VALUE);
                throw new EOFException("the answer ended with its connection");
            }
        }

        private static long chunk(InputStream in, Counted out) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = 0; next != '\n'; line.write(next)) {
                next = in.read();
                if (next < 0) {
                    throw new EOFException();
                }
            }
            out.write(line.toByteArray(), line.size());
            return Long.parseLong(
                    line.toString(StandardCharsets.ISO_8859_1).strip().split(";")[0], 16);
        }

        private static void copy(InputStream in, Counted out, long length) throws IOException {
            byte[] chunk = new byte[CHUNK];
            for (long left = length; left > 0; ) {
                int count = in.read(chunk, 0, (int) Math.min(left, CHUNK));
                if (count < 0) {
                    throw new EOFException();
                }
                out.write(chunk, count);
                left -= count;
            }
        }
    }
}
