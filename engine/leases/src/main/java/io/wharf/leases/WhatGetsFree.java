package io.wharf.leases;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.disposables.Disposable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.wharf.base.Event;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventService.EventQuery;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Handle;
import io.wharf.streams.HandleTable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the events after which something may be free that was in use, while anybody waits for that. What it misses, at its
 * beginning or because the stream breaks, the next look finds without it.
 */
final class WhatGetsFree {
    private static final Logger LOG = LoggerFactory.getLogger(WhatGetsFree.class);
    private static final EventQuery WHAT_COMES = new EventQuery(
            0, 0, -1, new Filters(Map.of("event", List.of("destroy", "disconnect", "unmount", "delete", "untag"))));

    private final EventService service;
    private final HandleTable handles;
    private final Context context;
    private final Runnable heard;
    private @Nullable Disposable events;
    private boolean wanted;

    /** Calls on the context. */
    WhatGetsFree(EventService service, HandleTable handles, Context context, Runnable heard) {
        this.service = service;
        this.handles = handles;
        this.context = context;
        this.heard = heard;
    }

    void follow() {
        if (!wanted) {
            wanted = true;
            Future<Handle<Flowable<Event>>> asked = service.subscribe(WHAT_COMES);
            asked.onComplete(this::take, failure -> failed(failure));
        }
    }

    void stop() {
        wanted = false;
        Disposable following = events;
        events = null;
        if (following != null) {
            following.dispose();
        }
    }

    private void take(Handle<Flowable<Event>> handle) {
        Flowable<Event> stream = handles.take(handle);
        events = stream.subscribe(
                event -> context.runOnContext(here -> heard.run()),
                failure -> context.runOnContext(here -> failed(failure)));
        if (!wanted) {
            stop();
        }
    }

    private void failed(Throwable failure) {
        LOG.debug("leases follow no events: {}", failure.toString());
        events = null;
        wanted = false;
    }
}
