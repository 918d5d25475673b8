package io.wharf.events.sinks;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Event;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.SinkOptions;
import io.wharf.events.sinks.Messenger.Message;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents to a topic: structured, keyed by the object, a batch at a time. What the brokers have not acknowledged in time
 * is given up together with its messenger, and comes again by a new one; so nothing old can overtake what is newer.
 */
final class KafkaOutlet implements Outlet {
    /** Bounds what is under way: events are seldom larger than some kilobytes. */
    private static final int BATCH = 128;

    private static final String CONTENT_TYPE = CloudEvent.SINGLE + "; charset=UTF-8";

    private final Vertx vertx;
    private final SinkOptions.Kafka options;
    private final String engineId;
    private final Messenger.Maker maker;
    private final Backoff backoff;

    private @Nullable Messenger messenger;
    private boolean stale;

    /** Refuses options that Kafka's producer does not take. */
    KafkaOutlet(Vertx vertx, SinkOptions.Kafka options, String engineId) {
        this.vertx = vertx;
        this.options = options;
        this.engineId = engineId;
        try {
            this.maker = Beside.kafka();
            maker.check(options);
        } catch (WharfException e) {
            throw WharfException.invalid("event sink " + options.name() + ": " + e.getMessage());
        }
        this.backoff = new Backoff(
                options.retryMin(),
                options.retryMax(),
                () -> ThreadLocalRandom.current().nextDouble());
    }

    @Override
    public Future<Long> open(long newest) {
        // Brokers that are away shall not be asked before there is something for them.
        return Future.succeededFuture(0L);
    }

    @Override
    public Future<Void> deliver(List<Event> batch) {
        List<Message> messages = batch.stream().map(this::message).toList();
        return ready().compose(open -> open.send(messages))
                .recover(failure -> close().transform((done, alsoFailed) -> Future.failedFuture(told(failure))));
    }

    private Future<Messenger> ready() {
        if (stale) {
            stale = false;
            return close().compose(closed -> ready());
        }
        Messenger open = messenger;
        return open != null
                ? Future.succeededFuture(open)
                : maker.make(vertx, options).onSuccess(made -> messenger = made);
    }

    private Message message(Event event) {
        return new Message(
                event.actorId().isEmpty() ? null : event.actorId(),
                Buffer.buffer(Json.writeBytes(CloudEvent.of(event, engineId))),
                CONTENT_TYPE);
    }

    private Throwable told(Throwable failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        String told = options.target() + ": " + message;
        return failure instanceof Refused ? new Refused(told) : new IOException(told, failure);
    }

    @Override
    public void reopen() {
        stale = true;
    }

    @Override
    public Future<Void> close() {
        Messenger open = messenger;
        messenger = null;
        return open == null ? Future.succeededFuture() : open.close();
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public Backoff backoff() {
        return backoff;
    }
}
