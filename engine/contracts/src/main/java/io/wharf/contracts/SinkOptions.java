package io.wharf.contracts;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One of {@code event-sinks}: where events are brought without anybody asking for them, checked as far as text can be. */
public sealed interface SinkOptions {
    /** Under which its place in the journal is kept: another name begins anew. */
    String name();

    /** Where a name that was never seen begins. */
    Start start();

    /** As of {@code /events}. */
    Filters filters();

    /** {@code webhook}, {@code file} or {@code kafka}. */
    String type();

    /** Where the events go, as users shall read it: without secrets. */
    String target();

    /** Where a new sink begins. */
    enum Start {
        /** With what comes. */
        NOW,
        /** With the oldest event that is kept. */
        OLDEST
    }

    /**
     * CloudEvents by HTTP POST.
     *
     * @param batch most events a request; at 1 each is a structured event of its own, else they are sent as batches
     * @param secretFile whose content signs each request, or null for no signature
     * @param headers sent with each request
     * @param timeout from the beginning of a request to the head of its answer
     * @param retryMin wait after a first failure; it doubles from there
     * @param retryMax longest wait
     * @param tls certificates of an https target
     */
    record Webhook(
            String name,
            Start start,
            Filters filters,
            URI url,
            int batch,
            @Nullable Path secretFile,
            Map<String, String> headers,
            Duration timeout,
            Duration retryMin,
            Duration retryMax,
            Tls tls)
            implements SinkOptions {
        public Webhook {
            headers = Map.copyOf(headers);
        }

        @Override
        public String type() {
            return "webhook";
        }

        @Override
        public String target() {
            // User, path and query may be secrets: many a receiver knows its senders by the path alone.
            return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
        }
    }

    /**
     * Files in PEM, each of which may be missing.
     *
     * @param authorities whom to trust in place of the usual ones
     * @param certificate shown to the server
     * @param key of the certificate
     */
    record Tls(
            @Nullable Path authorities,
            @Nullable Path certificate,
            @Nullable Path key) {
        public static final Tls USUAL = new Tls(null, null, null);
    }

    /**
     * One JSON object a line, appended to a file.
     *
     * @param sync longest time until what was written is on the disk; zero for at once, null for whenever the kernel likes
     * @param maxSize bytes above which the file is renamed and a new one begun, or 0 for never
     * @param maxFiles how many files there may be, the one written to among them
     */
    record Lines(
            String name,
            Start start,
            Filters filters,
            Path path,
            @Nullable Duration sync,
            long maxSize,
            int maxFiles) implements SinkOptions {
        @Override
        public String type() {
            return "file";
        }

        @Override
        public String target() {
            return path.toString();
        }
    }

    /**
     * CloudEvents to a topic of Kafka, keyed by the object that they are about.
     *
     * @param servers {@code host:port} of some brokers, by which the others are found
     * @param timeout until the brokers have all of a batch
     * @param retryMin wait after a first failure; it doubles from there
     * @param retryMax longest wait
     * @param properties of Kafka's producer, as Kafka names them
     * @param propertiesFile more of them, in Java's form, or null
     */
    record Kafka(
            String name,
            Start start,
            Filters filters,
            List<String> servers,
            String topic,
            Duration timeout,
            Duration retryMin,
            Duration retryMax,
            Map<String, String> properties,
            @Nullable Path propertiesFile)
            implements SinkOptions {
        public Kafka {
            servers = List.copyOf(servers);
            properties = Map.copyOf(properties);
        }

        @Override
        public String type() {
            return "kafka";
        }

        @Override
        public String target() {
            return String.join(",", servers) + "/" + topic;
        }
    }
}
