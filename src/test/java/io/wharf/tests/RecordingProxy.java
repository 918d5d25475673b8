package io.wharf.tests;

import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Stands before a registry on the engine's machine and knows every request that passed, with the bytes of its bodies (of chunked ones with their
 * framing).
 */
final class RecordingProxy implements AutoCloseable {
    private final Running program;
    private int orders;

    /** Listens on one port of the loopback and forwards to another. */
    RecordingProxy(Machine machine, int listen, int port) {
        program = machine.startInHost(
                        new File(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx48m",
                        "-cp",
                        RecordingProxyMain.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath(),
                        RecordingProxyMain.class.getName(),
                        "" + listen,
                        "" + port)
                .awaitOut("ready");
    }

    /**
     * A request and its answer.
     *
     * @param target path and query
     * @param range its header, or that of what it sends, or {@code -}
     * @param status of the answer, or {@code -} where none came
     * @param received bytes of the request's body that were passed on
     * @param sent bytes of the answer's body that were passed on
     */
    record Exchange(String method, String target, String range, String status, long received, long sent) {
        boolean isDownload() {
            return method.equals("GET") && target.contains("/blobs/sha256:");
        }

        /** The digest in its path, without the algorithm. */
        String hex() {
            return target.replaceAll(".*sha256(?::|%3A)([0-9a-f]{64}).*", "$1");
        }
    }

    /** Bytes of each answer in a second from the next request on; 0 for as fast as they come. */
    RecordingProxy rate(long bytes) {
        return order("rate " + bytes);
    }

    /** Breaks the next request of a method whose body, or answer, is longer after so many bytes of it. */
    RecordingProxy cut(String method, long bytes) {
        return order("cut " + method + " " + bytes);
    }

    /** Lets so many requests of a method pass before one is cut. */
    RecordingProxy later(String method, int count) {
        return order("later " + method + " " + count);
    }

    private RecordingProxy order(String text) {
        orders++;
        program.write(text + "\n");
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .until(() -> program.out().lines().filter("done"::equals).count() == orders);
        return this;
    }

    /** Everything that has passed, in the order in which it ended, once nothing is under way. */
    List<Exchange> exchanges() {
        Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> underWay() == 0);
        return lines("- ", 8)
                .map(words -> new Exchange(
                        words[2], words[3], words[4], words[5], Long.parseLong(words[6]), Long.parseLong(words[7])))
                .toList();
    }

    /** Requests that have begun and not ended. */
    long underWay() {
        // Ends first: a request that begins between the two looks is one too many, never one too few.
        long ended = lines("- ", 8).count();
        return lines("+ ", 2).count() - ended;
    }

    private Stream<String[]> lines(String sign, int words) {
        return program.out()
                .lines()
                .filter(line -> line.startsWith(sign))
                .map(line -> line.split(" "))
                .filter(line -> line.length == words);
    }

    /** What has passed since so many exchanges. */
    List<Exchange> since(int count) {
        List<Exchange> all = exchanges();
        return all.subList(count, all.size());
    }

    @Override
    public void close() {
        program.close();
    }
}
