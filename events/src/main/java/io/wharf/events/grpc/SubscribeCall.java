package io.wharf.events.grpc;

import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventService.EventQuery;
import io.wharf.contracts.Filters;
import io.wharf.events.grpc.v1.Event;
import io.wharf.events.grpc.v1.Filter;
import io.wharf.events.grpc.v1.SubscribeRequest;
import io.wharf.streams.HandleTable;
import io.wharf.streams.ReadAhead;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One subscriber: holds so many events ({@link ReadAhead}), and asks for more when the client has taken them. */
final class SubscribeCall implements FlowableSubscriber<io.wharf.base.Event> {
    private static final Logger LOG = LoggerFactory.getLogger(SubscribeCall.class);
    private static final int QUEUE_BYTES = 4096;

    private final GrpcServerResponse<SubscribeRequest, Event> response;
    private final Context context = Objects.requireNonNull(Vertx.currentContext());
    private @Nullable Subscription source;
    private final ReadAhead ahead = new ReadAhead();
    private boolean draining;
    private boolean over;

    private SubscribeCall(GrpcServerResponse<SubscribeRequest, Event> response) {
        this.response = response;
    }

    static void answer(EventService events, HandleTable handles, GrpcServerRequest<SubscribeRequest, Event> request) {
        SubscribeCall call = new SubscribeCall(request.response());
        request.exceptionHandler(gone -> call.leave());
        request.errorHandler(broken -> call.leave());
        request.connection().closeHandler(closed -> call.leave());
        request.handler(asked -> subscribe(events, handles, asked, call));
    }

    private static void subscribe(
            EventService events, HandleTable handles, SubscribeRequest asked, SubscribeCall call) {
        try {
            events.subscribe(query(asked))
                    .onComplete(handle -> handles.take(handle).subscribe(call), call::fail);
        } catch (WharfException e) {
            call.fail(e);
        }
    }

    private static EventQuery query(SubscribeRequest asked) {
        Map<String, List<String>> filters = new LinkedHashMap<>();
        for (Filter filter : asked.getFiltersList()) {
            filters.computeIfAbsent(filter.getKey(), key -> new ArrayList<>()).addAll(filter.getValuesList());
        }
        return new EventQuery(
                asked.hasSinceUnixNano() ? Math.max(1, asked.getSinceUnixNano()) : 0,
                asked.getUntilUnixNano(),
                asked.hasAfter() ? Math.max(0, asked.getAfter()) : -1,
                new Filters(filters),
                true);
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        source = subscription;
        if (over) {
            subscription.cancel();
            return;
        }
        response.setWriteQueueMaxSize(QUEUE_BYTES);
        response.exceptionHandler(broken -> leave());
        // A client takes the head as the sign that from here on it misses nothing.
        response.writeHead();
        ahead.begin();
        subscription.request(1);
    }

    @Override
    public void onNext(io.wharf.base.Event event) {
        Event message = Event.newBuilder()
                .setSeq(event.seq())
                .setTimeUnixNano(event.timeNanos())
                .setType(event.type())
                .setAction(event.action())
                .setId(event.actorId())
                .putAllAttributes(event.attributes())
                .build();
        int size = message.getSerializedSize();
        context.runOnContext(turn -> write(message, size));
        if (ahead.came(size)) {
            Objects.requireNonNull(source).request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        context.runOnContext(turn -> fail(failure));
    }

    @Override
    public void onComplete() {
        context.runOnContext(turn -> {
            if (!over) {
                over = true;
                response.end();
            }
        });
    }

    private void write(Event message, int size) {
        if (over) {
            return;
        }
        response.write(message);
        ahead.wrote(size);
        if (!response.writeQueueFull()) {
            taken();
        } else if (!draining) {
            draining = true;
            response.drainHandler(drained -> {
                draining = false;
                response.drainHandler(null);
                taken();
            });
        }
    }

    private void taken() {
        if (ahead.taken()) {
            Objects.requireNonNull(source).request(1);
        }
    }

    private void fail(Throwable failure) {
        WharfException known = WharfException.of(failure);
        LOG.debug("events over gRPC: {}", known.toString());
        if (!over) {
            over = true;
            GrpcStatus status = GrpcStatus.valueOf(known.kind().grpcCode());
            response.status(status == null ? GrpcStatus.UNKNOWN : status)
                    .statusMessage(String.valueOf(known.getMessage()))
                    .end();
        }
        if (known.kind() == ErrorKind.INTERNAL) {
            LOG.warn("events over gRPC", known);
        }
    }

    /** The client went away. */
    private void leave() {
        over = true;
        Subscription from = source;
        if (from != null) {
            from.cancel();
        }
    }
}
