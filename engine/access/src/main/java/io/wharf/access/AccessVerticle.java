package io.wharf.access;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.AccessService;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.Services;
import io.wharf.linux.Pools;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the audit trail and asks authorization plugins; deployed before the front. */
public final class AccessVerticle extends VerticleBase implements AccessService {
    /** How long the trail of a request waits for somebody else's commit. */
    private static final long PATIENCE_MILLIS = 50;

    private final EngineOptions options;
    private final List<String> folders;
    private final Store store;
    private final Pools pools;
    private boolean leaving;
    private @Nullable Authorizers authorizers;

    public AccessVerticle(EngineOptions options, Store store, Pools pools) {
        this(options, options.pluginFolders(), store, pools);
    }

    AccessVerticle(EngineOptions options, List<String> folders, Store store, Pools pools) {
        this.options = options;
        this.folders = folders;
        this.store = store;
        this.pools = pools;
    }

    /** Fails where an authorization plugin is not there. */
    @Override
    public Future<?> start() {
        Services.serve(vertx, AccessService.class, this);
        return authorizers(options.listeners().authorizationPlugins());
    }

    @Override
    public Future<?> stop() {
        if (authorizers != null) {
            authorizers.close();
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> record(Trail trail) {
        store.accompany(tx -> tx.announce(AUDIT, trail.operation(), trail.target(), trail.facts()));
        if (!leaving) {
            leaving = true;
            vertx.setTimer(PATIENCE_MILLIS, passed -> {
                leaving = false;
                store.write(tx -> true);
            });
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> authorize(Question question) {
        return authorizers == null ? Future.succeededFuture() : authorizers.authorize(question);
    }

    @Override
    public Future<Void> authorizeReply(Question question, Answer answer) {
        return authorizers == null ? Future.succeededFuture() : authorizers.authorizeReply(question, answer);
    }

    @Override
    public Future<Void> authorizers(List<String> names) {
        if (names.isEmpty() && authorizers == null) {
            return Future.succeededFuture();
        }
        if (authorizers == null) {
            authorizers = new Authorizers(vertx, pools, folders);
        }
        return authorizers
                .ask(names)
                .onSuccess(asked -> vertx.eventBus().publish(AUTHORIZERS, !names.isEmpty()))
                .recover(failure -> Future.failedFuture(
                        WharfException.invalid("Error validating authorization plugin: " + failure.getMessage())));
    }
}
