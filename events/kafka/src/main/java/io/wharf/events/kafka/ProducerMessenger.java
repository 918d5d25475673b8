package io.wharf.events.kafka;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaProducer;
import io.vertx.kafka.client.producer.KafkaProducerRecord;
import io.wharf.contracts.SinkOptions;
import io.wharf.events.sinks.Messenger;
import io.wharf.events.sinks.Refused;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * One producer's life. It never gives up a message on its own, and the brokers take an idempotent producer's messages in
 * order alone: so what has arrived of a batch that failed is, in each partition, its beginning.
 */
final class ProducerMessenger implements Messenger {
    private final Vertx vertx;
    private final SinkOptions.Kafka options;
    private final Producer<String, byte[]> producer;
    private final KafkaProducer<String, byte[]> client;

    ProducerMessenger(Vertx vertx, SinkOptions.Kafka options, Producer<String, byte[]> producer) {
        this.vertx = vertx;
        this.options = options;
        this.producer = producer;
        this.client = KafkaProducer.create(vertx, producer);
        // Each send tells its own failure; without this the log would, too.
        client.exceptionHandler(told -> {});
    }

    @Override
    public Future<Void> send(List<Message> messages) {
        // A send waits for what this finds; there it would hold one of the engine's few workers.
        return ProducerMaker.blocking(vertx, () -> producer.partitionsFor(options.topic()))
                .compose(found -> {
                    Promise<Void> all = Promise.promise();
                    long deadline = vertx.setTimer(
                            Math.max(1, options.timeout().toMillis()),
                            due -> all.tryFail(new IOException("not acknowledged within "
                                    + options.timeout().toMillis() + " ms")));
                    Future.all(messages.stream()
                                    .map(this::record)
                                    .map(client::send)
                                    .toList())
                            .onComplete(done -> all.tryComplete(), failure -> all.tryFail(told(failure)));
                    return all.future().onComplete(done -> vertx.cancelTimer(deadline));
                });
    }

    private static Throwable told(Throwable failure) {
        return failure instanceof RecordTooLargeException
                ? new Refused(String.valueOf(failure.getMessage()))
                : ProducerMaker.withReason(failure);
    }

    private KafkaProducerRecord<String, byte[]> record(Message message) {
        // The header by which the binding of CloudEvents for Kafka tells a structured message.
        return KafkaProducerRecord.<String, byte[]>create(
                        options.topic(), message.key(), message.value().getBytes())
                .addHeader("content-type", message.contentType());
    }

    @Override
    public Future<Void> close() {
        // By force first: the client's own way would stand in line behind sends that wait.
        return ProducerMaker.blocking(vertx, () -> {
                    producer.close(Duration.ZERO);
                    return true;
                })
                .compose(closed -> client.close());
    }
}
