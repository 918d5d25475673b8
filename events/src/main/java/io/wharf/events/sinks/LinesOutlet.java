package io.wharf.events.sinks;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.vertx.core.Future;
import io.wharf.base.Event;
import io.wharf.base.Json;
import io.wharf.base.Times;
import io.wharf.contracts.SinkOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/** A file of one event a line, in the form of {@code /wharf/v1/events}. */
final class LinesOutlet implements Outlet {
    private static final int BATCH = 256;
    /** A disk that is full or away comes back without a word. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    /** Where the kernel decides when the file reaches the disk, the place needs no hurry either. */
    private static final Duration UNHURRIED = Duration.ofSeconds(1);

    private final SinkOptions.Lines options;
    private final Blocking blocking;
    private final LinesFile file;
    private final Backoff backoff = new Backoff(
            Duration.ofSeconds(1),
            LONGEST_WAIT,
            () -> ThreadLocalRandom.current().nextDouble());

    LinesOutlet(SinkOptions.Lines options, Blocking blocking) {
        this.options = options;
        this.blocking = blocking;
        this.file = new LinesFile(options.path(), options.maxSize(), options.maxFiles());
    }

    @Override
    public Future<Long> open(long newest) {
        return blocking.call(() -> file.open(newest));
    }

    @Override
    public Future<Boolean> turns() {
        return blocking.call(file::turns);
    }

    @Override
    public Future<Void> deliver(List<Event> batch) {
        return blocking.call(() -> {
            List<LinesFile.Line> lines = new ArrayList<>(batch.size());
            for (Event event : batch) {
                lines.add(line(event));
            }
            file.write(lines);
            return null;
        });
    }

    @Override
    public Future<Void> flush() {
        if (options.sync() == null) {
            return Future.succeededFuture();
        }
        return blocking.call(() -> {
            file.sync();
            return null;
        });
    }

    @Override
    public Duration patience() {
        return options.sync() == null ? UNHURRIED : options.sync();
    }

    @Override
    public void reopen() {
        file.turnSoon();
    }

    @Override
    public Future<Void> close() {
        return blocking.call(() -> {
            file.close();
            return null;
        });
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public Backoff backoff() {
        return backoff;
    }

    static LinesFile.Line line(Event event) {
        byte[] json = Json.writeBytes(new Body(
                event.seq(),
                Times.rfc3339Nano(event.timeNanos()),
                event.timeNanos(),
                event.type(),
                event.action(),
                event.actorId(),
                new TreeMap<>(event.attributes())));
        byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return new LinesFile.Line(event.seq(), line);
    }

    /** The number first: by it a line that was cut off is known as one of these. */
    private record Body(
            @JsonProperty("seq") long seq,
            @JsonProperty("time") String time,
            @JsonProperty("timeNano") long timeNano,
            @JsonProperty("type") String type,
            @JsonProperty("action") String action,
            @JsonProperty("id") String id,
            @JsonProperty("attributes") Map<String, String> attributes) {}
}
