package io.wharf.metrics;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.contracts.MetricsService;
import io.wharf.contracts.Services;
import io.wharf.linux.Pools;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers what an operator watches. Nothing is gathered between two questions. */
public final class MetricsVerticle extends VerticleBase implements MetricsService {
    private final Layout layout;
    private final Store store;
    private final Pools pools;
    private final Optional<String> address;
    private @Nullable Scrape scrape;
    private @Nullable Wellness wellness;

    /** {@code address}, such as 127.0.0.1:9323, is where the measurements are served besides the API. */
    public MetricsVerticle(Layout layout, Store store, Pools pools, Optional<String> address) {
        this.layout = layout;
        this.store = store;
        this.pools = pools;
        this.address = address;
    }

    @Override
    public Future<?> start() {
        Services.serve(vertx, MetricsService.class, this);
        return address.isPresent()
                ? new MetricsListener(this::scrape).open(vertx, address.get())
                : Future.succeededFuture();
    }

    @Override
    public Future<Page> scrape(String accept) {
        Scrape made = scrape;
        if (made == null) {
            made = new Scrape(vertx, pools);
            scrape = made;
        }
        return made.run(accept);
    }

    @Override
    public Future<List<Check>> live() {
        return wellness().live();
    }

    @Override
    public Future<List<Check>> ready() {
        return wellness().ready();
    }

    private Wellness wellness() {
        Wellness made = wellness;
        if (made == null) {
            made = new Wellness(vertx, layout, store, pools);
            wellness = made;
        }
        return made;
    }
}
