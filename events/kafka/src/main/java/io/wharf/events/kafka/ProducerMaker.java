package io.wharf.events.kafka;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.wharf.contracts.SinkOptions;
import io.wharf.events.sinks.Messenger;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Makes producers; found by its name as a service. Kafka, and the JDK for it, look for classes by the thread's loader, which
 * of the engine's threads knows nothing of them: it is set here wherever Kafka begins, and Kafka's own threads inherit it.
 */
public final class ProducerMaker implements Messenger.Maker {
    private static final ClassLoader LOADER = ProducerMaker.class.getClassLoader();

    @Override
    public void check(SinkOptions.Kafka options) {
        Thread here = Thread.currentThread();
        ClassLoader before = here.getContextClassLoader();
        here.setContextClassLoader(LOADER);
        try {
            ProducerProperties.check(options.properties());
        } finally {
            here.setContextClassLoader(before);
        }
    }

    @Override
    public Future<Messenger> make(Vertx vertx, SinkOptions.Kafka options) {
        return blocking(vertx, () -> {
                    Map<String, Object> properties = ProducerProperties.of(options);
                    return new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
                })
                .map(made -> new ProducerMessenger(vertx, options, made));
    }

    /**
     * Runs what may wait, for a disk or for names of servers, on a thread of its own and answers on the caller's context. Not
     * a virtual one, which would keep its carrier while the resolver waits.
     */
    static <T> Future<T> blocking(Vertx vertx, Callable<T> work) {
        Context context = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        Thread thread = Thread.ofPlatform().daemon().name("event-sink-kafka").unstarted(() -> {
            try {
                T value = work.call();
                context.runOnContext(here -> promise.complete(value));
            } catch (Exception | LinkageError e) {
                context.runOnContext(here -> promise.fail(withReason(e)));
            }
        });
        thread.setContextClassLoader(LOADER);
        thread.start();
        return promise.future();
    }

    /** Kafka says that a handshake has failed, or a file could not be read; why, and which, is for the cause to say. */
    static Throwable withReason(Throwable failure) {
        Throwable reason = failure;
        while (reason.getCause() != null) {
            reason = reason.getCause();
        }
        return reason == failure || reason.getMessage() == null
                ? failure
                : new IOException(failure.getMessage() + ": " + reason.getMessage(), failure);
    }
}
