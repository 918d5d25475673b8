package io.wharf.events.sinks;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.wharf.contracts.SinkOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What brings messages to the brokers of one sink, by libraries that are not on the engine's class path.
 *
 * <p>Called on the sink's context, one call at a time, and answers there. It has one life: after a failure it is closed, and
 * another one is made.
 */
public interface Messenger {
    /**
     * Brings messages in this order. It succeeds once the brokers have all of them for good. Where it fails some may have
     * arrived: of those with one key, then, the first ones. With {@link Refused} it says that the brokers will never have one of
     * them as it is.
     */
    Future<Void> send(List<Message> messages);

    /** Gives up what is under way, without waiting for anybody. */
    Future<Void> close();

    /**
     * One event.
     *
     * @param key the object that it is about, or null for none: messages with one key stay in order
     * @param value structured, in JSON
     * @param contentType of the value
     */
    record Message(@Nullable String key, Buffer value, String contentType) {}

    /** Found as a service. */
    interface Maker {
        /**
         * Looks at the options, without reading a file or asking anybody.
         *
         * @throws io.wharf.base.WharfException if they cannot be of use, with words for the user
         */
        void check(SinkOptions.Kafka options);

        /** Connects in the background; may read files. */
        Future<Messenger> make(Vertx vertx, SinkOptions.Kafka options);
    }
}
