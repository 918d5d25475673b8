import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Many subscribers to {@code /wharf/v1/events} in one thread: {@code java Subscribers.java COUNT}, with the path
 * of the socket in {@code SOCKET}. Says "ready" when
 * all are subscribed. Of ten, one does not read for ten seconds at a time, in turns. Ends some time after "end SEQ" on its
 * input, when all have come to that event or a minute has gone by, and prints what they saw as JSON.
 *
 * <p>Delays run from an event's own time, which is taken before its commit, to its reading. They are those of subscribers
 * that read: what happened while one stood still is left out, what happens after it went on is counted, however much it
 * has to read before.
 */
final class Subscribers {
    private static final int TENTHS = 10;
    private static final long TURN_NANOS = 10_000_000_000L;
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final int STEP_NANOS = 100_000;
    private static final byte[] NUMBER = "id: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TIME = "\"timeNano\":".getBytes(StandardCharsets.US_ASCII);

    private static final int[] delays = new int[600_000];
    private static long delivered;
    private static long lost;
    private static long disordered;
    private static long counted;

    private static final class Subscriber {
        private final SocketChannel channel;
        private final byte[] line = new byte[8192];
        private int length;
        private long last = -1;
        private long wentOn;
        private boolean still;
        private boolean ready;

        Subscriber(SocketChannel channel) {
            this.channel = channel;
        }

        void read(ByteBuffer bytes, long now) {
            while (bytes.hasRemaining()) {
                byte next = bytes.get();
                if (next == '\n') {
                    line(now);
                    length = 0;
                } else if (length < line.length) {
                    line[length++] = next;
                }
            }
        }

        private void line(long now) {
            if (!ready) {
                ready = length <= 1;
                return;
            }
            if (begins(NUMBER)) {
                long seq = number(NUMBER.length);
                if (last >= 0 && seq <= last) {
                    disordered++;
                } else if (last >= 0) {
                    lost += seq - last - 1;
                }
                last = Math.max(last, seq);
                delivered++;
            } else if (length > 6 && line[0] == 'd' && line[1] == 'a') {
                long at = number(find(TIME) + TIME.length);
                if (at >= wentOn) {
                    counted++;
                    delays[(int) Math.clamp((now - at) / STEP_NANOS, 0, delays.length - 1)]++;
                }
            }
        }

        private boolean begins(byte[] text) {
            for (int i = 0; i < text.length; i++) {
                if (length <= i || line[i] != text[i]) {
                    return false;
                }
            }
            return true;
        }

        private int find(byte[] text) {
            for (int at = 6; at + text.length < length; at++) {
                int i = 0;
                while (i < text.length && line[at + i] == text[i]) {
                    i++;
                }
                if (i == text.length) {
                    return at;
                }
            }
            throw new IllegalStateException("no time in an event");
        }

        private long number(int from) {
            long value = 0;
            for (int i = from; i < length && line[i] >= '0' && line[i] <= '9'; i++) {
                value = value * 10 + line[i] - '0';
            }
            return value;
        }
    }

    private static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    public static void main(String[] arguments) throws IOException {
        Selector selector = Selector.open();
        List<Subscriber> all = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(System.getenv("SOCKET")));
            channel.write(ByteBuffer.wrap(
                    "GET /wharf/v1/events HTTP/1.1\r\nHost: d\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            channel.configureBlocking(false);
            Subscriber subscriber = new Subscriber(channel);
            channel.register(selector, SelectionKey.OP_READ, subscriber);
            all.add(subscriber);
        }
        run(selector, all, TENTHS);
    }

    private static void run(Selector selector, List<Subscriber> all, int groups) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 18);
        boolean told = false;
        long end = -1;
        long deadline = Long.MAX_VALUE;
        int resting = -1;
        long begun = System.nanoTime();
        while (end < 0 || System.nanoTime() < deadline) {
            selector.select(20);
            for (SelectionKey key : selector.selectedKeys()) {
                Subscriber subscriber = (Subscriber) key.attachment();
                bytes.clear();
                if (subscriber.channel.read(bytes) < 0) {
                    throw new IOException("the engine ended a stream");
                }
                subscriber.read(bytes.flip(), now());
            }
            selector.selectedKeys().clear();
            if (!told && all.stream().allMatch(one -> one.ready)) {
                told = true;
                begun = System.nanoTime();
                System.out.println("ready");
            }
            int turn = end >= 0 || !told ? -1 : (int) ((System.nanoTime() - begun) / TURN_NANOS % groups);
            if (turn != resting) {
                rest(selector, all, turn, groups);
                resting = turn;
            }
            if (end < 0 && System.in.available() > 0) {
                String asked = new String(System.in.readNBytes(System.in.available()), StandardCharsets.US_ASCII);
                end = Long.parseLong(asked.strip().substring(4));
                deadline = System.nanoTime() + PATIENCE_NANOS;
            }
            long goal = end;
            if (end >= 0 && all.stream().allMatch(one -> one.last >= goal)) {
                break;
            }
        }
        for (Subscriber subscriber : all) {
            lost += Math.max(0, end - subscriber.last);
        }
        System.out.printf(
                "{\"lost\": %d, \"disordered\": %d, \"delivered\": %d, \"counted\": %d, \"p50\": %.4f, \"p99\": %.4f,"
                        + " \"most\": %.4f}%n",
                lost, disordered, delivered, counted, quantile(0.5), quantile(0.99), quantile(1));
    }

    private static void rest(Selector selector, List<Subscriber> all, int turn, int groups) {
        for (int i = 0; i < all.size(); i++) {
            Subscriber subscriber = all.get(i);
            boolean still = turn >= 0 && i % groups == turn;
            if (still != subscriber.still) {
                subscriber.still = still;
                subscriber.wentOn = still ? Long.MAX_VALUE : now();
                subscriber.channel.keyFor(selector).interestOps(still ? 0 : SelectionKey.OP_READ);
            }
        }
    }

    /** Seconds. */
    private static double quantile(double part) {
        long before = 0;
        for (int i = 0; i < delays.length; i++) {
            before += delays[i];
            if (before >= counted * part) {
                return (i + 1) * (STEP_NANOS / 1e9);
            }
        }
        return 0;
    }
}
