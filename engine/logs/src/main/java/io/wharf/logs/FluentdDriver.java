package io.wharf.logs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

/**
 * Writes a container's messages to fluentd or whatever speaks its forward protocol, in the message mode: {@code [tag,
 * time, record, option]}.
 *
 * @see <a href="https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1">the protocol</a>
 */
final class FluentdDriver implements LogDriver {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    /** An answer is a map of one entry with a short text. */
    private static final int LONGEST_ANSWER = 256;

    private final FluentdOptions options;
    private final String tag;
    private final Map<String, String> fixed;
    private final Destination destination;
    private final Partials partials = new Partials();

    FluentdDriver(LogSource source, FluentdOptions options) {
        this.options = options;
        tag = TagTemplate.of(source);
        var record = new TreeMap<String, String>();
        record.put("container_id", source.id());
        record.put("container_name", "/" + source.name());
        record.putAll(ExtraAttributes.of(source, UnaryOperator.identity()));
        fixed = record;
        destination = new Destination(
                options.endpoint().toString(),
                this::connect,
                new Destination.Pace(options.retryWait(), options.maxRetries()));
    }

    private Connection connect() throws IOException {
        var to = options.endpoint();
        return switch (to.scheme()) {
            case "unix" -> Connection.unix(to.path(), CONNECT);
            case "tls" ->
                Connection.tcp(to.host(), to.portOr(FluentdOptions.PORT), TlsTrust.of("", "", "", true), CONNECT);
            default -> Connection.tcp(to.host(), to.portOr(FluentdOptions.PORT), null, CONNECT);
        };
    }

    @Override
    public void write(LogMessage message) throws IOException {
        var chunk = options.requestAck() ? chunkId() : "";
        var bytes = encode(message, chunk);
        destination.send(connection -> {
            connection.write(bytes, bytes.length, options.writeTimeout());
            if (!chunk.isEmpty()) {
                awaitAnswer(connection, chunk);
            }
        });
        partials.delivered(message);
    }

    private byte[] encode(LogMessage message, String chunk) {
        var part = partials.part(message);
        var own = new TreeMap<String, String>();
        part.ifPresent(p -> {
            own.put("partial_message", "true");
            own.put("partial_id", p.id());
            own.put("partial_ordinal", Integer.toString(p.ordinal()));
            own.put("partial_last", Boolean.toString(p.last()));
        });
        // What the user names wins, as in Docker; a part's own fields win over that.
        var names = new TreeMap<>(fixed);
        names.putAll(own);
        names.putIfAbsent("source", message.stderr() ? "stderr" : "stdout");
        var hasLog = names.containsKey("log");
        var out = new MessagePack().array(4).text(tag);
        if (options.subSecondPrecision()) {
            out.eventTime(message.nanos());
        } else {
            out.integer(Math.max(0, Math.floorDiv(message.nanos(), 1_000_000_000L)));
        }
        out.map(names.size() + (hasLog ? 0 : 1));
        names.forEach((name, value) -> out.text(name).text(value));
        if (!hasLog) {
            out.text("log").text(message.bytes(), message.offset(), message.length());
        }
        if (chunk.isEmpty()) {
            return out.map(0).bytes();
        }
        return out.map(1).text("chunk").text(chunk).bytes();
    }

    /** Reads {@code {"ack": chunk}}, which may come in pieces. */
    private void awaitAnswer(Connection connection, String chunk) throws IOException {
        var wanted = new MessagePack().map(1).text("ack").text(chunk).bytes();
        var answer = new byte[LONGEST_ANSWER];
        var length = 0;
        while (length < wanted.length) {
            length += connection.read(answer, length, options.readTimeout());
        }
        if (!matches(answer, length, wanted, chunk)) {
            throw new IOException(connection + ": the acknowledgement is not that of the message");
        }
    }

    /** The shortest form is what is waited for; a longer one of the same is accepted by its end. */
    private static boolean matches(byte[] answer, int length, byte[] wanted, String chunk) {
        if (Arrays.equals(answer, 0, length, wanted, 0, wanted.length)) {
            return true;
        }
        return new String(answer, 0, length, StandardCharsets.ISO_8859_1).endsWith(chunk);
    }

    private static String chunkId() {
        var id = new byte[16];
        ThreadLocalRandom.current().nextBytes(id);
        return Base64.getEncoder().encodeToString(id);
    }

    /** Nothing is kept back; with {@code fluentd-request-ack} the other side has it as well. */
    @Override
    public void flush() {}

    @Override
    public void close() {
        destination.close();
    }
}
