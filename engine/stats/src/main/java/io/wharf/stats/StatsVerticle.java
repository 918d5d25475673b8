package io.wharf.stats;

import io.netty.buffer.ByteBufUtil;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.wharf.contracts.ContainerProcess;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.Feed;
import io.wharf.contracts.Handle;
import io.wharf.contracts.Services;
import io.wharf.contracts.StatsService;
import io.wharf.linux.Cgroups;
import io.wharf.linux.EventLoops;
import io.wharf.linux.Host;
import io.wharf.linux.Pools;
import io.wharf.streams.HandleTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Answers what containers use; samples only what somebody reads. */
public final class StatsVerticle extends VerticleBase implements StatsService {
    private final HandleTable handles;
    private final Pools pools;
    private @Nullable ContainerService containers;
    private @Nullable Future<Sampling> sampling;

    public StatsVerticle(HandleTable handles, Pools pools) {
        this.handles = handles;
        this.pools = pools;
    }

    @Override
    public Future<?> start() {
        containers = Services.client(vertx, ContainerService.class);
        Services.serve(vertx, StatsService.class, this);
        return Future.succeededFuture();
    }

    /** Readers are let go. */
    @Override
    public Future<?> stop() {
        if (sampling != null) {
            sampling.onSuccess(Sampling::close);
        }
        return Future.succeededFuture();
    }

    /** Made when it is first wanted: an engine whose statistics nobody reads has none of it. */
    private Future<Sampling> sampling() {
        if (sampling == null || sampling.failed()) {
            ContainerService service = containers();
            sampling = pools.call(() ->
                    new Sampling(vertx, context, pools, service, Cgroups.real().hierarchies(), Host.memoryTotal()));
        }
        return sampling;
    }

    private ContainerService containers() {
        if (containers == null) {
            throw new IllegalStateException("asked before it was started");
        }
        return containers;
    }

    @Override
    public Future<Sample> now(String ref) {
        return containers().processOf(ref).compose(container -> sampling().compose(made -> once(container, made)));
    }

    private Future<Sample> once(ContainerProcess container, Sampling made) {
        return pools.call(() -> {
            try (Workspace with = new Workspace();
                    Sampler sampler = made.sampler()) {
                sampler.sample(container, with);
                return new Sample(Buffer.buffer(Arrays.copyOf(with.json.array(), with.json.length())));
            }
        });
    }

    @Override
    public Future<Sample> measured(String ref) {
        return containers()
                .processOf(ref)
                .compose(container -> sampling()
                        .compose(made -> container.running() ? second(container.id(), made) : once(container, made)));
    }

    /** Reads one sample that has one before it, and leaves. */
    private Future<Sample> second(String id, Sampling made) {
        Promise<Sample> promise = Promise.promise();
        boolean underWay = made.isUnderWay(id);
        made.join(
                id,
                new Feed.Reader() {
                    private int toSkip = underWay ? 0 : 1;

                    @Override
                    public EventExecutor loop() {
                        return EventLoops.of(context);
                    }

                    @Override
                    public void take(Feed.Message message) {
                        if (toSkip-- == 0) {
                            promise.complete(new Sample(Buffer.buffer(ByteBufUtil.getBytes(message.body()))));
                            made.feed(id).leave(this);
                        }
                    }

                    @Override
                    public void end() {
                        // Removed meanwhile: as Docker, an answer without a body.
                        promise.tryComplete(new Sample(Buffer.buffer()));
                    }
                },
                underWay);
        return promise.future();
    }

    @Override
    public Future<Handle<Feed>> follow(String ref) {
        return containers()
                .processOf(ref)
                .compose(container -> sampling().map(made -> handles.offer(made.feed(container.id()), () -> {})));
    }
}
