package io.wharf.contracts;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** The build verticle's answers. */
public interface BuildService {
    /** Makes an image of a Dockerfile and its context. */
    Future<Handle<Flowable<ImageService.Progress>>> build(Handle<ByteStream> context, Map<String, String> query);

    /** Empties the build cache. */
    Future<PrunedCache> prune(Filters filters);

    /** What a prune did. */
    record PrunedCache(List<String> cachesDeleted, long spaceReclaimed) {}
}
