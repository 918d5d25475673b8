package io.wharf.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.WharfException;
import io.wharf.contracts.AccessService;
import io.wharf.contracts.ListenerOptions;
import io.wharf.contracts.Services;
import io.wharf.openapi.Role;

/**
 * Stands around the handlers: has authorization plugins asked, hides from a role what it must not see, and has kept who
 * changed something. A request that needs none of these passes without a trace.
 */
final class Guard {
    private final AccessService access;
    private final boolean audit;
    private boolean plugins;

    Guard(Vertx vertx, ListenerOptions options) {
        access = Services.client(vertx, AccessService.class);
        audit = options.audit();
        plugins = !options.authorizationPlugins().isEmpty();
        vertx.eventBus().<Boolean>localConsumer(AccessService.AUTHORIZERS, now -> plugins = now.body());
    }

    /** The answer to a call that its role permits. */
    Future<? extends Reply> around(Call call, Handlers.Handler handler) {
        if (!audit || !Audit.isKept(call)) {
            return asked(call, handler);
        }
        // Who it was is looked up now: when the answer is there, the caller may be gone.
        Audit trail = Audit.begin(call);
        return asked(call, kept -> handler.handle(kept).map(trail::made))
                .onComplete(
                        reply -> access.record(trail.ended(Reply.status(reply))),
                        failure -> access.record(
                                trail.ended(WharfException.of(failure).kind().httpStatus())));
    }

    private Future<? extends Reply> asked(Call call, Handlers.Handler handler) {
        return plugins ? new AskPlugins(access, call).around(asked -> seen(asked, handler)) : seen(call, handler);
    }

    /** The role did not permit a call. */
    void refused(Call call, WharfException refusal) {
        if (audit) {
            access.record(Audit.begin(call).ended(refusal.kind().httpStatus()));
        }
    }

    private static Future<? extends Reply> seen(Call call, Handlers.Handler handler) {
        Future<? extends Reply> answer = handler.handle(call);
        return call.caller().role() == Role.READ_ONLY ? answer.map(HideEnvironment::in) : answer;
    }
}
