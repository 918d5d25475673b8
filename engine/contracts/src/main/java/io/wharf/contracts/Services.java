package io.wharf.contracts;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts services on the event bus and gives out the caller's side of them.
 *
 * <p>A service is an interface whose every method answers a {@code Future}. A call travels as one message to the address of
 * its interface and runs on the owner's context; arguments and results pass by reference and so must be immutable. A
 * refusal crosses as a reply with the number of its {@link ErrorKind} and its message.
 */
public final class Services {
    private static final Logger LOG = LoggerFactory.getLogger(Services.class);
    // A request must outlast a slow disk; verbs that take long by nature answer with a Pending or a Handle.
    private static final DeliveryOptions OPTIONS =
            new DeliveryOptions().setSendTimeout(600_000).setLocalOnly(true);

    // An array is what reflection gives and takes; calls are never compared.
    @SuppressWarnings("ArrayRecordComponent")
    private record Call(Method method, @Nullable Object @Nullable [] arguments) {}

    private record Answer(@Nullable Object value) {}

    private Services() {}

    /** Teaches the bus to carry calls and answers; once for each Vert.x instance. */
    public static void prepare(Vertx vertx) {
        vertx.eventBus().registerDefaultCodec(Call.class, new ByReference<>("wharf.call"));
        vertx.eventBus().registerDefaultCodec(Answer.class, new ByReference<>("wharf.answer"));
    }

    /** Serves an interface from the calling verticle's context, until the verticle is undeployed. */
    public static <S> void serve(Vertx vertx, Class<S> type, S service) {
        vertx.eventBus().<Call>localConsumer(type.getName(), message -> answer(service, message));
    }

    /** The caller's side of a service; usable from any context. */
    public static <S> S client(Vertx vertx, Class<S> type) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return ofObject(type, self, method, arguments);
                    }
                    return vertx.eventBus()
                            .<Answer>request(type.getName(), new Call(method, arguments), OPTIONS)
                            .transform((reply, failure) -> failure == null
                                    ? Future.succeededFuture(
                                            Objects.requireNonNull(reply).body().value())
                                    : Future.failedFuture(refusal(type, failure)));
                }));
    }

    /** Makes the class of a service's clients, which the first of them would: 2 ms, on any thread. */
    public static void makeClient(Class<?> type) {
        Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> null);
    }

    private static @Nullable Object ofObject(
            Class<?> type, Object self, Method method, @Nullable Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "equals" -> arguments != null && self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> "client of " + type.getSimpleName();
        };
    }

    private static void answer(Object service, Message<Call> message) {
        Call call = message.body();
        Future<?> result;
        try {
            result = Objects.requireNonNull(
                    (Future<?>) call.method().invoke(service, call.arguments()), call.method() + " answers no future");
        } catch (InvocationTargetException e) {
            result = Future.failedFuture(e.getCause());
        } catch (IllegalAccessException | RuntimeException e) {
            result = Future.failedFuture(e);
        }
        result.onComplete(value -> message.reply(new Answer(value)), failure -> {
            if (!(failure instanceof WharfException)) {
                LOG.error("{} failed unexpectedly", call.method().getName(), failure);
            }
            WharfException known = WharfException.of(failure);
            message.fail(known.kind().httpStatus(), known.getMessage());
        });
    }

    private static Throwable refusal(Class<?> type, Throwable failure) {
        if (!(failure instanceof ReplyException reply)) {
            return failure;
        }
        if (reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
            return new WharfException(ErrorKind.ofHttpStatus(reply.failureCode()), String.valueOf(reply.getMessage()));
        }
        if (reply.failureType() == ReplyFailure.TIMEOUT) {
            return WharfException.internal(
                    type.getSimpleName() + " did not answer in time; what was asked may still happen");
        }
        // No handlers: the owner is not deployed yet, or not any more.
        return new WharfException(
                ErrorKind.UNAVAILABLE, type.getSimpleName() + " does not answer: the engine is starting or stopping");
    }

    /** Passes an immutable message between verticles of one process as it is. */
    private record ByReference<T>(String name) implements MessageCodec<T, T> {
        @Override
        public void encodeToWire(Buffer buffer, T message) {
            throw new IllegalStateException("calls stay within the process");
        }

        @Override
        public T decodeFromWire(int position, Buffer buffer) {
            throw new IllegalStateException("calls stay within the process");
        }

        @Override
        public T transform(T message) {
            return message;
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }
    }
}
