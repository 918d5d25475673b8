package io.wharf.build;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.WharfException;
import io.wharf.contracts.BuildService;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Handle;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.Services;
import java.util.List;
import java.util.Map;

/** Owns builds. This engine has none yet and says so; a context that was sent expires unread. */
public final class BuildVerticle extends VerticleBase implements BuildService {
    @Override
    public Future<?> start() {
        Services.serve(vertx, BuildService.class, this);
        return Future.succeededFuture();
    }

    @Override
    public Future<Handle<Flowable<ImageService.Progress>>> build(
            Handle<ByteStream> context, Map<String, String> query) {
        return Future.failedFuture(WharfException.notImplemented(
                "building images is not supported yet: build elsewhere and `docker load` or `docker pull` the result"));
    }

    @Override
    public Future<PrunedCache> prune(Filters filters) {
        return Future.succeededFuture(new PrunedCache(List.of(), 0));
    }
}
